import t from 'tap';
import type { TestNode } from '../netns/simulated-node.ts';
import { eniOf, isThere } from '../netns/sweep-world.ts';
import type { Eni } from '../simulator/model/records.ts';
import { boot, runningKubelet } from './bench.ts';
import { enterBench } from './enter.ts';
import { waitFor } from './wait.ts';

await enterBench(import.meta.url);

t.test('the timer has the service sweep, in its sandbox, as a user of its own', async (t) => {
  const enis: { leftover?: Eni; foreign?: Eni } = {};
  const bench = await boot(t, {
    files: {
      '/etc/systemd/system/multus-bootstrap-sweep.timer.d/50-bench.conf':
        '[Timer]\nOnBootSec=\nOnBootSec=1s\nRandomizedDelaySec=0\n',
    },
    arrange({ simulator: { world } }: TestNode) {
      enis.leftover = eniOf(world, 'terminated');
      enis.foreign = eniOf(world, 'running');
    },
  });
  await runningKubelet(bench);
  t.equal((await bench.run('systemctl', 'enable', '--now', 'multus-bootstrap-sweep.timer')).exitCode, 0);
  const { leftover, foreign } = enis;
  if (leftover === undefined || foreign === undefined) {
    throw new Error('the world was not arranged');
  }
  // It looks twice, a minute apart.
  await waitFor(
    'the leftover to go',
    async () => (isThere(bench.node, leftover) ? undefined : true),
    150_000,
  );
  await waitFor('sweep to end', async () =>
    (await bench.unit('multus-bootstrap-sweep')).ActiveState === 'inactive' ? true : undefined,
  );
  t.match(await bench.unit('multus-bootstrap-sweep'), { Result: 'success', ExecMainStatus: 0 });
  t.ok(isThere(bench.node, foreign), 'what has an owner stays');
  const { output } = await bench.run(
    'journalctl',
    '--unit=multus-bootstrap-sweep',
    '--output=json',
    '--no-pager',
  );
  t.match(output, leftover.id);
  t.notMatch(output, /"_UID":"0"[^\n]*"SYSLOG_IDENTIFIER":"multus-bootstrap"/);
});
