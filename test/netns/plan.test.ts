import t, { type Test } from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { plannedWrites, runDoesWhatPlanLists } from './planned.ts';
import { group, startNode, subnets, type TestNode } from './simulated-node.ts';

await enterNamespace(import.meta.url);

/** Two in one subnet, one whose address EC2 chooses; every attribute that is not EC2's default. */
const threeInterfaces = {
  interfaces: [
    { name: 'eth1', subnets: [subnets.a], securityGroups: [group] },
    { name: 'eth2', subnets: [subnets.a], securityGroups: [group], sourceDestCheck: false },
    {
      name: 'eth3',
      subnets: [subnets.b],
      securityGroups: [group],
      ipv4: { mode: 'Automatic' },
      deleteOnTermination: false,
    },
  ],
};

async function nodeFor(t: Test, userData = threeInterfaces): Promise<TestNode> {
  const node = await startNode({ userData });
  t.teardown(() => node.close());
  return node;
}

t.test(
  'on an untouched node, plan lists what run then does; after that, neither does anything',
  async (t) => {
    const node = await nodeFor(t);
    t.strictSame(await runDoesWhatPlanLists(t, node), [
      { action: 'CreateNetworkInterface', interface: 'eth1', subnetId: subnets.a, address: '10.0.4.4' },
      { action: 'AttachNetworkInterface', interface: 'eth1', deviceIndex: 1, networkCard: 0 },
      { action: 'ModifyNetworkInterfaceAttribute', interface: 'eth1', deleteOnTermination: true },
      { action: 'CreateNetworkInterface', interface: 'eth2', subnetId: subnets.a, address: '10.0.4.5' },
      { action: 'AttachNetworkInterface', interface: 'eth2', deviceIndex: 2, networkCard: 0 },
      { action: 'ModifyNetworkInterfaceAttribute', interface: 'eth2', deleteOnTermination: true },
      { action: 'ModifyNetworkInterfaceAttribute', interface: 'eth2', sourceDestCheck: false },
      { action: 'CreateNetworkInterface', interface: 'eth3', subnetId: subnets.b },
      { action: 'AttachNetworkInterface', interface: 'eth3', deviceIndex: 3, networkCard: 0 },
    ]);

    node.simulator.record.clear();
    const second = await node.run(['run']);
    t.equal(second.exitCode, 0, second.journal);
    t.match(second.journal, /everything is in place in .* 3 interfaces/);
    t.strictSame(node.simulator.record.writes(), [], 'a second run writes nothing in EC2');
    t.strictSame(await plannedWrites(t, node), []);
    t.match((await node.run(['plan'])).stdout, /eth1: eni-\w+ \(10\.0\.4\.4\) is attached.*none/s);
  },
);

t.test(
  'what earlier runs left: one ENI to adopt, one too many, one attached that lacks its attributes',
  async (t) => {
    const node = await nodeFor(t);
    const { world } = node.simulator;
    const leave = (name: string, address: string) =>
      world.addEni({
        subnetId: subnets.a,
        address,
        securityGroups: [group],
        tags: {
          'node.k8s.amazonaws.com/no_manage': 'true',
          'multus-bootstrap.io/instance-id': node.node.instanceId,
          'multus-bootstrap.io/interface': name,
          'multus-bootstrap.io/created': 'true',
        },
      });
    leave('eth1', '10.0.4.20');
    leave('eth1', '10.0.4.21');
    const { id } = leave('eth2', '10.0.4.22');
    const plugged = Promise.withResolvers<void>();
    const { attached } = node.hooks;
    node.hooks.attached = async (...what) => {
      await attached?.(...what);
      plugged.resolve();
    };
    attachEni(world, { eniId: id, instanceId: node.node.instanceId, deviceIndex: 1, networkCard: 0 });
    await plugged.promise;

    const planned = await runDoesWhatPlanLists(t, node);
    t.strictSame(
      planned.map(({ action, interface: name, deviceIndex }) => [action, name, deviceIndex]),
      [
        ['DeleteNetworkInterface', undefined, undefined],
        ['AttachNetworkInterface', 'eth1', 2],
        ['ModifyNetworkInterfaceAttribute', 'eth1', undefined],
        ['ModifyNetworkInterfaceAttribute', 'eth2', undefined],
        ['ModifyNetworkInterfaceAttribute', 'eth2', undefined],
        ['CreateNetworkInterface', 'eth3', undefined],
        ['AttachNetworkInterface', 'eth3', 3],
      ],
    );
  },
);

t.test('an intent of a run that was killed before its create', async (t) => {
  // Alone: another interface would go on while the program is killed.
  const node = await nodeFor(t, { interfaces: threeInterfaces.interfaces.slice(1, 2) });
  await runUntilKilled(node, 'beforeCall', 'CreateNetworkInterface eth2');
  const planned = await runDoesWhatPlanLists(t, node);
  t.match(planned[0], { action: 'CreateNetworkInterface', subnetId: subnets.a, address: '10.0.4.4' });
});
