import t, { type Test } from 'tap';
import type { Write } from '../../agent/plan/writes.ts';
import { attribute, flag, integer, text } from '../simulator/api/params.ts';
import type { Call } from '../simulator/api/record.ts';
import { attachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import { devices } from './devices.ts';
import { filesBelow } from './end-state.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
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

/** What `plan` lists; it must change nothing. */
async function plannedWrites(t: Test, node: TestNode): Promise<Write[]> {
  const { world, record } = node.simulator;
  const look = async () => ({
    enis: world.enis,
    devices: await devices(),
    files: await filesBelow(node.root),
  });
  const before = await look();
  record.clear();
  const { exitCode, stdout, journal } = await node.run(['plan', '--json']);
  t.equal(exitCode, 0, journal);
  t.strictSame(record.writes(), [], 'plan writes nothing in EC2');
  t.strictSame(await look(), before, 'nor on the host');
  return JSON.parse(stdout).writes;
}

/** The writes of a run that follows, as EC2 saw them. */
async function writesMade(t: Test, node: TestNode): Promise<Write[]> {
  const { world, record } = node.simulator;
  const before = world.enis;
  record.clear();
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  return record.writes().map((call) => toWrite(call, before, world.enis));
}

/** The call as `plan` tells of it: ENIs that the run itself creates have no id yet. */
function toWrite({ action, params }: Call, before: readonly Eni[], after: readonly Eni[]): Write {
  const eni = after.find(({ id }) => id === params['NetworkInterfaceId']);
  const made = text(params, 'Description')?.split(' ')[0];
  return defined({
    action,
    interface: eni?.tags['multus-bootstrap.io/interface'] ?? made,
    eniId: before.find(({ id }) => id === params['NetworkInterfaceId'])?.id,
    subnetId: text(params, 'SubnetId'),
    address: text(params, 'PrivateIpAddress'),
    deviceIndex: integer(params, 'DeviceIndex'),
    networkCard: integer(params, 'NetworkCardIndex'),
    deleteOnTermination: flag(attribute(params, 'Attachment') ?? {}, 'DeleteOnTermination'),
    sourceDestCheck: flag(attribute(params, 'SourceDestCheck') ?? {}, 'Value'),
  });
}

/** Without the members that are undefined. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(given));
}

/** The interfaces go side by side: only the order of one's own writes is certain, and its Modify calls have none. */
function inOrder(writes: readonly Write[]): string[] {
  const rank = ({ action }: Write) =>
    ['Delete', 'Create', 'Attach', 'Modify'].findIndex((verb) => action.startsWith(verb));
  return writes
    .map((write) => `${write.interface} ${rank(write)} ${JSON.stringify(write, Object.keys(write).sort())}`)
    .sort();
}

async function runDoesWhatPlanLists(t: Test, node: TestNode): Promise<Write[]> {
  const planned = await plannedWrites(t, node);
  const made = await writesMade(t, node);
  t.strictSame(inOrder(made), inOrder(planned));
  return planned;
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
