/** The NodePort watcher on a machine that runs: when it is started, and what ends it. */
import t, { type Test } from 'tap';
import type { TestNode } from '../netns/simulated-node.ts';
import { address, holderOf, otherCarrier } from '../netns/watched-node.ts';
import { type Bench, boot, runningKubelet, tellMore } from './bench.ts';
import { enterBench } from './enter.ts';
import { troubles } from './troubles.ts';
import { userDataFor } from './user-data.ts';
import { waitFor } from './wait.ts';

await enterBench(import.meta.url);

const unit = 'multus-bootstrap-nodeport';
const { spec } = troubles.success;
const perNode = { ...spec, nodePort: [{ interface: 'eth1', addresses: [address], mode: 'PerNode' }] };
const floating = { ...spec, nodePort: [{ interface: 'eth1', addresses: [address] }] };

for (const [what, its] of [
  ['no NodePort address', spec],
  ['one of its own', perNode],
] as const) {
  t.test(`${what}: no watcher`, async (t) => {
    const bench = await boot(t, { spec: its });
    await runningKubelet(bench);
    await bench.run('systemctl', 'is-system-running', '--wait');
    t.match(await bench.unit(unit), { ActiveState: 'inactive', ExecMainStartTimestampMonotonic: 0 });
    await bench.run('systemctl', 'start', unit);
    await waitFor('nothing to run on', async () =>
      (await bench.unit(unit)).ActiveState === 'inactive' ? true : undefined,
    );
    t.match(await bench.unit(unit), { Result: 'success' }, 'started by hand, it has nothing to do');
    t.equal((await bench.run('systemctl', 'is-enabled', unit)).output, 'static', 'and nothing enables it');
  });
}

t.test('a floating address', async (t) => {
  const bench = await holder(t);
  const kubelet = await runningKubelet(bench);
  t.same(
    kubelet.links.find(({ name }) => name === 'eth1')?.addresses,
    [`${address}/32`],
    'kubelet found it on the link',
  );
  const { MainPID } = await bench.unit(unit);

  t.equal((await bench.run('systemctl', 'restart', 'multus-bootstrap')).exitCode, 0);
  t.equal((await bench.unit(unit)).MainPID, MainPID, 'another run leaves the watcher alone');

  bench.node.simulator.record.clear();
  await bench.run('systemctl', 'kill', '--signal=KILL', unit);
  await waitFor('another watcher to know that this node is the holder', async () => {
    const told = (await journalOf(bench)).split(`${address}: this node holds it`).length - 1;
    return told === 2 ? true : undefined;
  }).catch((error: Error) => tellMore(bench, error));
  t.not((await bench.unit(unit)).MainPID, MainPID);
  t.same(bench.node.simulator.record.writes(), [], 'killed, it has moved nothing');

  const other = await otherCarrier(bench.node);
  await bench.run('/usr/libexec/multus-bootstrap/install.sh', '--uninstall');
  t.equal(holderOf(bench.node), other.id, 'an uninstallation has the address handed over');
  t.match(await bench.run('systemctl', 'show', '--property=LoadState', unit), {
    output: 'LoadState=not-found',
  });
  t.equal((await runningKubelet(bench)).pid, kubelet.pid, 'kubelet goes on');
});

t.test('poweroff: the address is handed over while the node still serves', async (t) => {
  const bench = await holder(t);
  const other = await otherCarrier(bench.node);
  const active: string[] = [];
  bench.node.hooks.beforeCall = async ({ action }) => {
    if (action === 'AssignPrivateIpAddresses') {
      const { output } = await bench.run(
        'systemctl',
        'is-active',
        'kubelet',
        'containerd',
        'systemd-networkd',
      );
      active.push(...output.split('\n'));
    }
  };
  await bench.run('systemctl', '--no-block', 'poweroff');
  await waitFor('the machine to be off', async () => (bench.isOn() ? undefined : true), 60_000);
  t.equal(holderOf(bench.node), other.id);
  t.same(active, ['active', 'active', 'active'], 'kubelet, containerd and the network were still there');
});

t.test('where a run finds no floating address any more, it has the watcher end', async (t) => {
  const bench = await holder(t);
  const other = await otherCarrier(bench.node);
  const { simulator, node } = bench.node;
  // As files of config.d may change: EC2 lets nobody change the user data of an instance that runs.
  simulator.world.instance(node.instanceId).userData = Buffer.from(userDataFor({ spec }));
  t.equal((await bench.run('systemctl', 'restart', 'multus-bootstrap')).exitCode, 0);
  t.match(await bench.unit(unit), { ActiveState: 'inactive', Result: 'success' });
  t.equal(holderOf(bench.node), other.id, 'which has handed the address over');
  t.notMatch(
    (await bench.run('ip', 'address', 'show', 'eth1')).output,
    address,
    'and it is gone from the link',
  );
});

/** A node that has joined, and whose watcher knows that it holds the floating address. */
async function holder(t: Test): Promise<Bench> {
  const bench = await boot(t, { spec: floating, arrange: onlyOwnDevices });
  await runningKubelet(bench);
  await waitFor('the watcher to hold the address', async () =>
    (await journalOf(bench)).includes(`${address}: this node holds it`) ? true : undefined,
  ).catch((error: Error) => tellMore(bench, error));
  t.equal(holderOf(bench.node), bench.node.enis()[0]?.id);
  return bench;
}

/** Those of other nodes are not in this namespace. */
function onlyOwnDevices({ hooks, node }: TestNode): void {
  const { attached } = hooks;
  hooks.attached = (eni, instance) =>
    instance.id === node.instanceId ? attached?.(eni, instance) : undefined;
}

async function journalOf(bench: Bench): Promise<string> {
  return (await bench.run('journalctl', `--unit=${unit}`, '--output=cat', '--no-pager')).output;
}
