/** What the agent's unit may do, and that what is missing meets the agent's message and not the sandbox's. */
import t from 'tap';
import { agentHasEnded, boot, runningKubelet } from './bench.ts';
import { enterBench } from './enter.ts';
import { troubles } from './troubles.ts';

await enterBench(import.meta.url);

const { spec } = troubles.success;
const mayWrite = [
  '/etc/systemd/network',
  '/etc/eks',
  '/etc/eks/nodeadm.d',
  '/run/multus-bootstrap',
  '/var/lib/multus-bootstrap',
  '/tmp',
];
// Not /run, which systemd makes read-only for no service in systemd-nspawn: something of /run is mounted in it twice.
const mayNot = [
  '/etc',
  '/etc/multus-bootstrap',
  '/etc/systemd/system',
  '/home',
  '/root',
  '/usr/bin',
  '/usr/libexec/multus-bootstrap',
  '/var/lib',
  '/var/log',
];

t.test('the agent can write where it must, and nowhere else', async (t) => {
  const probe = [
    `for folder in ${[...mayWrite, ...mayNot].join(' ')}; do touch $folder/probe 2>/dev/null && echo may write $folder; done`,
    'rm -f /etc/eks/nodeadm.d/probe /etc/systemd/network/probe',
    'grep CapEff /proc/self/status',
  ].join('; ');
  const bench = await boot(t, {
    spec,
    files: {
      '/etc/systemd/system/multus-bootstrap.service.d/60-probe.conf': `[Service]\nExecStartPre=/bin/sh -c '${probe}'\n`,
    },
  });
  await runningKubelet(bench);
  const journal = await bench.journal();
  t.same(
    [...journal.matchAll(/^may write (.*)$/gm)].map(([, folder]) => folder),
    mayWrite,
  );
  t.match(journal, 'CapEff:\t0000000000001000', 'of all capabilities it has CAP_NET_ADMIN');
  t.equal(await bench.read('/tmp/probe'), undefined, 'its /tmp is its own');
});

const missing: [string, string][] = [
  ['/etc/eks/nodeadm.d', '/etc/eks/nodeadm.d is missing: kubelet'],
  ['/etc/eks', '/etc/eks/nodeadm.d is missing: kubelet'],
  ['/etc/systemd/network', 'could not write /etc/systemd/network/10-multus-bootstrap-eth1.'],
];

for (const [path, message] of missing) {
  t.test(`without ${path}`, async (t) => {
    const bench = await boot(t, { spec, absent: [path] });
    t.match(await agentHasEnded(bench), { ActiveState: 'failed', ExecMainStatus: 9 });
    t.match(await bench.journal(), message);
    t.match(await bench.journal(), 'kubelet is held back (exit code 9)');
    t.match((await bench.run('systemctl', 'status', 'multus-bootstrap')).output, message);
  });
}
