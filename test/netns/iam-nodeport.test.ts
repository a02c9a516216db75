/** NodePort addresses under the IAM policy: of all that the boot and the watcher do, no call is refused. */
import t, { type Test } from 'tap';
import { isAllowed } from '../simulator/iam/evaluate.ts';
import type { Policy } from '../simulator/iam/policy.ts';
import { enterNamespace } from './namespace.ts';
import { policedNode, policyFor, refusals } from './policed.ts';
import { group, subnets, type TestNode, userData } from './simulated-node.ts';
import {
  address,
  holderOf,
  nodeWithAddresses,
  otherCarrier,
  startWatcher,
  stateWhere,
} from './watched-node.ts';

await enterNamespace(import.meta.url);

const policy = await policyFor();

async function does(t: Test, node: TestNode, ...args: string[]): Promise<void> {
  const { exitCode, journal } = await node.run(args);
  t.equal(exitCode, 0, `${args.join(' ')}: exit code 0`, { journal });
  t.notMatch(journal, 'not authorized');
}

/** The NodePort addresses that the ENI with that primary address holds. */
function nodePortOf(node: TestNode, primary: string): string[] {
  const eni = node.simulator.world.enis.find(({ addresses }) => addresses[0] === primary);
  return [...(eni?.addresses ?? []), ...(eni?.ipv6Addresses ?? [])].filter(isNodePort).sort();
}

function isNodePort(each: string): boolean {
  return /[.:]2[01]0$/.test(each);
}

/** As if the launch template had been changed: the next run reads it. */
function configure({ simulator, node }: TestNode, spec: object): void {
  const { instances } = simulator.world;
  const instance = simulator.world.instance(node.instanceId);
  instances.set(instance.id, { ...instance, userData: Buffer.from(userData(spec)) });
}

t.test('boot with them, with fewer, and with all again; give back', async (t) => {
  const spec = {
    timeout: '20s',
    cluster: 'demo',
    interfaces: [
      { name: 'eth1', subnets: [subnets.dual], securityGroups: [group] },
      { name: 'eth2', existing: { tags: { multus: 'true' }, wait: '0s' } },
    ],
  };
  const floating = [
    { interface: 'eth1', addresses: ['10.0.8.200', '2600:1f18:1:8::200'] },
    { interface: 'eth2', addresses: ['10.0.9.200', '2600:1f18:1:9::200'] },
  ];
  const perNode = [
    { interface: 'eth1', addresses: ['10.0.8.210', '2600:1f18:1:8::210'], mode: 'PerNode' },
    { interface: 'eth2', addresses: ['10.0.9.210', '2600:1f18:1:9::210'], mode: 'PerNode' },
  ];
  const node = await policedNode(t, policy, [], {
    userData: { ...spec, nodePort: [...floating, ...perNode] },
    world: (world) =>
      world.addEni({ subnetId: subnets.assigning, address: '10.0.9.9', tags: { multus: 'true' } }),
  });
  const held = () => ['10.0.8.4', '10.0.9.9'].map((each) => nodePortOf(node, each));
  const of = (entries: typeof floating) => entries.map(({ addresses }) => addresses);
  const all = of(floating).map((addresses, n) => [...addresses, ...(of(perNode)[n] ?? [])].sort());
  const createdTag = () => node.enis()[0]?.tags['multus-bootstrap.io/nodeport'];
  await does(t, node, 'plan');
  await does(t, node, 'run');
  t.strictSame([held(), createdTag()], [all, '10.0.8.200 2600:1f18:1:8::200']);
  await does(t, node, 'status');
  configure(node, { ...spec, nodePort: perNode });
  await does(t, node, 'run');
  t.strictSame([held(), createdTag()], [of(perNode), undefined], 'taken off, and the tag too');
  configure(node, { ...spec, nodePort: [...floating, ...perNode] });
  await does(t, node, 'run');
  t.strictSame([held(), createdTag()], [all, '10.0.8.200 2600:1f18:1:8::200']);
  await does(t, node, 'release');
  t.equal(node.enis().length, 0);
  t.strictSame(nodePortOf(node, '10.0.9.9'), []);
  t.strictSame(refusals(node), []);
});

t.test('on the primary ENI, with the policy for it', async (t) => {
  const primary = await policyFor('aws', 'nodeport-primary-policy');
  const both: Policy = { ...policy, Statement: [...policy.Statement, ...primary.Statement] };
  const entry = { interface: 'primary', primaryIsUnmanaged: true };
  const floating = { ...entry, addresses: ['10.0.8.200', '2600:1f18:1:8::200'] };
  const perNode = { ...entry, addresses: ['10.0.8.210', '2600:1f18:1:8::210'], mode: 'PerNode' };
  const node = await policedNode(t, both, [], {
    userData: { timeout: '20s', nodePort: [floating] },
    primarySubnet: subnets.dual,
  });
  const { store } = node.simulator.world;
  const { id, addresses: own } = node.node.primaryEni;
  const held = () => nodePortOf(node, own[0] ?? '');
  store.setEni({ ...store.eni(id), tags: { nodeport: 'true' } });
  await does(t, node, 'run');
  t.strictSame(held(), floating.addresses);
  t.match(store.eni(id).tags, { 'multus-bootstrap.io/nodeport': floating.addresses.join(' ') });
  configure(node, { timeout: '20s', nodePort: [perNode] });
  await does(t, node, 'run');
  t.strictSame(held(), perNode.addresses);
  await does(t, node, 'release');
  t.strictSame(held(), []);
  t.strictSame(refusals(node), []);
});

t.test('the watcher takes over, and hands over', async (t) => {
  const node = await nodeWithAddresses(t);
  node.simulator.permissions.policy = (authorization) => isAllowed(policy, authorization);
  const [own] = node.enis();
  const dead = await otherCarrier(node, [address]);
  node.simulator.world.terminate(dead.tags['multus-bootstrap.io/instance-id'] ?? '');
  t.equal(holderOf(node), dead.id, 'what a dead node has left holds it');
  const watcher = startWatcher(t, node);
  await stateWhere(node, ({ addresses }) => addresses[0]?.role === 'holder');
  t.equal(holderOf(node), own?.id);
  const other = await otherCarrier(node);
  const { exitCode } = await watcher.stop();
  t.equal(exitCode, 0, 'exit code 0', { journal: watcher.journal() });
  t.equal(holderOf(node), other.id, 'handed over', { journal: watcher.journal() });
  t.strictSame(refusals(node), []);
});
