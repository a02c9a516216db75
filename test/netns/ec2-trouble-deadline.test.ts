/** Trouble that outlasts the deadline. */
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { always, eth1, fails, failsCleanly, nodeFor, order, resultOf, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };

t.test('an instance that stays pending', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1({}, '4s'),
    state: 'pending',
    simulator: { pendingMs: 60_000 },
  });
  await failsCleanly(t, node, {
    exitCode: 7,
    message: ['attach eni-', "is not 'running' or 'stopped'", 'look at the state of the instance'],
  });
});

t.test('throttled until the deadline', async (t) => {
  for (const action of ['DescribeSubnets', 'AttachNetworkInterface']) {
    await t.test(action, async (t) => {
      const node = await nodeFor(t, { userData: eth1({}, '4s') });
      order(node, action, throttled, always);
      await failsCleanly(t, node, {
        exitCode: 7,
        message: [
          'the deadline passed',
          `${action}: RequestLimitExceeded`,
          'fewer nodes at a time',
          '"timeout"',
        ],
      });
    });
  }
  await t.test('CreateNetworkInterface', async (t) => {
    const node = await nodeFor(t, { userData: eth1({}, '4s') });
    order(node, 'CreateNetworkInterface', throttled, always);
    await fails(t, node, { exitCode: 7, message: ['create an ENI for eth1', 'Request limit exceeded'] });
    t.same(node.enis(), []);
  });
  await t.test('ModifyNetworkInterfaceAttribute, for which kubelet need not wait', async (t) => {
    const node = await nodeFor(t, { userData: eth1({}, '5s') });
    let isThrottling = true;
    node.simulator.faults.add({
      action: 'ModifyNetworkInterfaceAttribute',
      times: always,
      match: () => isThrottling,
      kind: { error: throttled },
    });
    const { exitCode } = await node.run(['run']);
    t.equal(exitCode, 7);
    t.match(await resultOf(node), {
      gate: 'open',
      interfaces: [{ name: 'eth1' }],
      message: /set DeleteOnTermination of eni-\w+ to true for eth1: .*Request limit exceeded/,
    });
    isThrottling = false;
    await succeeds(t, node);
  });
});

t.test('a call that hangs until the deadline', async (t) => {
  const node = await nodeFor(t, { userData: eth1({}, '4s') });
  node.simulator.faults.add({ action: 'AttachNetworkInterface', times: always, kind: 'hang' });
  await failsCleanly(t, node, {
    exitCode: 7,
    message: ['attach eni-', 'the deadline passed before EC2 answered'],
  });
});
