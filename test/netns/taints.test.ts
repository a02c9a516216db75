import t, { type Test } from 'tap';
import { flagsOf, gateOf, taint, userDropIn } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { type TestNode, userData } from './simulated-node.ts';
import { eth1, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

async function nodeWith(t: Test, failurePolicy: string, more: object = {}): Promise<TestNode> {
  return nodeFor(t, { userData: { ...eth1(more), failurePolicy } });
}

t.test('our taint joins all of the user’s: of NodeConfig parts and of drop-ins', async (t) => {
  const failing = { ...eth1({ subnets: ['subnet-0000dead'] }), failurePolicy: 'Taint' };
  const karpenters = '[{key: karpenter.sh/unregistered, effect: NoExecute}]';
  const node = await nodeFor(t, {
    userData: userData(failing).replace(
      'spec: {cluster',
      `spec: {kubelet: {config: {registerWithTaints: ${karpenters}}}, cluster`,
    ),
  });
  await userDropIn(node, '10-flags.yaml', { flags: ['--register-with-taints=a=b:NoSchedule,c:NoExecute'] });
  t.equal((await node.run(['run'])).exitCode, 3);
  t.same(await flagsOf(node), [`${taint},a=b:NoSchedule,c:NoExecute,karpenter.sh/unregistered:NoExecute`]);
});

t.test('a later drop-in that would drop our taint is refused before anything is changed', async (t) => {
  const node = await nodeWith(t, 'Taint');
  await userDropIn(node, '70-mine.yaml', { flags: ['--register-with-taints=a=b:NoSchedule'] });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 3);
  t.match(
    journal,
    '70-mine.yaml comes after 60-multus-bootstrap.yaml and sets --register-with-taints, which would drop the taint',
  );
  t.match(journal, 'give it a name that sorts before 60-multus-bootstrap.yaml');
  t.equal(node.simulator.record.calls.length, 0);
  t.equal(await gateOf(node), 'closed');
});

t.test('under Block such a drop-in is none of our business', async (t) => {
  const node = await nodeWith(t, 'Block');
  await userDropIn(node, '70-mine.yaml', { flags: ['--register-with-taints=a=b:NoSchedule'] });
  t.equal((await node.run(['run'])).exitCode, 0);
  t.equal(await gateOf(node), 'open');
});
