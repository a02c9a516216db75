import t, { type Test } from 'tap';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';
import { eth1, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

async function nodeWith(t: Test, failurePolicy: string, more: object = {}): Promise<TestNode> {
  return nodeFor(t, { userData: { ...eth1(more), failurePolicy } });
}

t.test('a go of an earlier run is gone while this one is at work', async (t) => {
  const node = await nodeWith(t, 'Block');
  t.equal((await node.run(['run'])).exitCode, 0);
  t.equal(await gateOf(node), 'open');
  const gates: string[] = [];
  node.hooks.beforeCall = async () => {
    gates.push(await gateOf(node));
  };
  t.equal((await node.run(['run'])).exitCode, 0);
  t.ok(gates.length > 0 && gates.every((gate) => gate === 'closed'), gates.join());
  t.equal(await gateOf(node), 'open');
});

t.test('a go of an earlier run does not outlive a failure under Block', async (t) => {
  const node = await nodeWith(t, 'Block');
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.permissions.deny('DescribeSubnets');
  t.equal((await node.run(['run'])).exitCode, 4);
  t.equal(await gateOf(node), 'closed');
  t.match(await resultOf(node), { exitCode: 4, gate: 'closed' });
});

t.test('nor a failure before IMDS is even asked', async (t) => {
  const node = await nodeWith(t, 'Block');
  t.equal((await node.run(['run'])).exitCode, 0);
  const endpoint = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'ftp://169.254.169.254' };
  const { exitCode, journal } = await node.run(['run'], { ...endpoint, JOURNAL_STREAM: '8:1' });
  t.equal(exitCode, 3);
  t.match(journal, /^<3>AWS_EC2_METADATA_SERVICE_ENDPOINT is "ftp:.*expected an http URL/m);
  t.equal(await gateOf(node), 'closed');
});
