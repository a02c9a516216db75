import t from 'tap';
import { type Bench, boot, isTurnedAway, runningKubelet } from './bench.ts';
import { enterBench } from './enter.ts';
import type { Answer } from './machine.ts';
import { troubles } from './troubles.ts';

await enterBench(import.meta.url);

t.test('release where kubelet runs: the ENIs go, kubelet and its gate stay', async (t) => {
  const bench = await boot(t, { spec: troubles.success.spec });
  const kubelet = await runningKubelet(bench);
  t.equal(bench.node.enis().length, 1);

  const { exitCode, output } = await release(bench);
  t.equal(exitCode, 0, output);
  t.same(bench.node.enis(), []);
  t.notMatch((await bench.run('ip', 'link')).output, 'eth1');
  t.equal(await bench.read('/etc/eks/nodeadm.d/60-multus-bootstrap.yaml'), undefined);
  t.equal(await bench.read('/etc/systemd/network/10-multus-bootstrap-eth1.link'), undefined);
  t.equal((await runningKubelet(bench)).pid, kubelet.pid, 'kubelet is left alone');
  t.type(await bench.read('/run/multus-bootstrap/go'), 'string', 'the gate stays open');
  await bench.run('systemctl', 'restart', 'kubelet');
  await runningKubelet(bench, 1);

  t.equal((await bench.run('systemctl', 'restart', 'multus-bootstrap')).exitCode, 0, 'a run starts afresh');
  t.equal(bench.node.enis().length, 1);
});

t.test('release where kubelet is held back: no timer claims anew', async (t) => {
  const { spec, arrange } = troubles['full subnet'];
  const bench = await boot(t, { spec, arrange: (node) => void arrange(node) });
  await isTurnedAway(bench, 'nodeadm-run');
  const { exitCode, output } = await release(bench);
  t.equal(exitCode, 0, output);
  t.match(output, 'stopped multus-bootstrap.timer');
  t.equal((await bench.run('systemctl', 'is-active', 'multus-bootstrap.timer')).output, 'inactive');
  t.equal(await bench.read('/run/multus-bootstrap/go'), undefined);
});

/** By hand, where EC2's endpoint is not in the environment, as it is the unit's. */
function release(bench: Bench): Promise<Answer> {
  return bench.run('sh', '-c', 'set -a; . /etc/multus-bootstrap/environment; multus-bootstrap release');
}
