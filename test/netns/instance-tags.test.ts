/** `instanceTags`: for those who look at instances to know which nodes are whole. */
import t from 'tap';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets, type TestNode } from './simulated-node.ts';
import { nodeFor, order, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

const userData = {
  timeout: '10s',
  instanceTags: { 'multus-ready': 'true', team: 'core' },
  interfaces: [{ name: 'eth1', subnets: [subnets.a], securityGroups: [group] }],
};

function tagsOf({ simulator, node }: TestNode): Readonly<Record<string, string>> {
  return simulator.world.instance(node.instanceId).tags;
}

function taggings({ simulator, node }: TestNode) {
  return simulator.record
    .writes('CreateTags')
    .filter(({ params }) => [params['ResourceId']].flat().includes(node.instanceId));
}

t.test('set once the interfaces are whole and kubelet may start', async (t) => {
  const node = await nodeFor(t, { userData: { ...userData, timeout: '1m' } });
  let gate = '';
  node.hooks.beforeCall = async ({ action }) => {
    if (action === 'CreateTags') {
      gate = await gateOf(node);
    }
  };
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(tagsOf(node), userData.instanceTags);
  t.equal(gate, 'open', 'kubelet does not wait for it');
  t.match(journal, `tagged ${node.node.instanceId}: multus-ready=true, team=core`);
  t.equal(taggings(node).length, 1);
});

t.test('set without any interface', async (t) => {
  const node = await nodeFor(t, { userData: { instanceTags: { 'multus-ready': 'true' } } });
  t.equal((await node.run(['run'])).exitCode, 0);
  t.strictSame(tagsOf(node), { 'multus-ready': 'true' });
});

for (const failurePolicy of ['Block', 'Taint', 'Ignore']) {
  t.test(`not set where an interface fails, with failurePolicy ${failurePolicy}`, async (t) => {
    const node = await nodeFor(t, { userData: { ...userData, failurePolicy } });
    order(node, 'CreateNetworkInterface', { code: 'NetworkInterfaceLimitExceeded', message: 'No more.' });
    t.equal((await node.run(['run'])).exitCode, 6);
    t.strictSame(tagsOf(node), {});
    t.same(taggings(node), []);
  });
}

t.test('a permission that is missing is told; the node joins, and the next run sets them', async (t) => {
  const node = await nodeFor(t, { userData });
  node.simulator.faults.add({
    action: 'CreateTags',
    kind: {
      error: {
        code: 'UnauthorizedOperation',
        message: `You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/node-role/i is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:eu-west-1:1:instance/${node.node.instanceId} because no identity-based policy allows it`,
        status: 403,
      },
    },
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 4);
  t.match(
    journal,
    new RegExp(
      `error: cannot tag ${node.node.instanceId}: .*Allow ec2:CreateTags on arn:aws:ec2:\\S+ in a policy of the role node-role`,
    ),
  );
  t.match(journal, 'the interfaces are whole and kubelet may start all the same (exit code 4)');
  t.match(await resultOf(node), { exitCode: 4, gate: 'open', interfaces: [{ name: 'eth1' }] });
  t.equal(node.enis()[0]?.attachment?.deleteOnTermination, true, 'the ENI stays');
  const again = await node.run(['run']);
  t.equal(again.exitCode, 0, again.journal);
  t.strictSame(tagsOf(node), userData.instanceTags);
});

t.test('what EC2 puts off is tried again, behind the open gate', async (t) => {
  const node = await nodeFor(t, { userData });
  order(
    node,
    'CreateTags',
    { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 },
    2,
  );
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(tagsOf(node), userData.instanceTags);
  t.equal(taggings(node).length, 3);
});
