/** What a failed run has made is taken back, whatever EC2 says to that. */
import t from 'tap';
import type { FaultKind } from '../simulator/api/faults.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';
import {
  always,
  errorsOf,
  eth1,
  fails,
  failsCleanly,
  healing,
  leavesOnly,
  nodeFor,
  order,
  resultOf,
  succeeds,
  traces,
} from './trouble.ts';

await enterNamespace(import.meta.url);

const actions = ['DetachNetworkInterface', 'DeleteNetworkInterface'];
const refusal = { code: 'InvalidParameterValue', message: 'Value () for parameter attachment is invalid' };
const failed = { exitCode: 3, message: ['DeleteOnTermination', refusal.message] };

/** A run whose ENI is attached before the interface fails for good. */
function failLate(node: TestNode): void {
  order(node, 'ModifyNetworkInterfaceAttribute', refusal);
}

t.test('errors that time heals', async (t) => {
  const detaching = { code: 'IncorrectState', message: 'Network interface attachment is detaching' };
  for (const row of [...healing, detaching]) {
    await t.test(row.code, async (t) => {
      const node = await nodeFor(t, { userData: eth1() });
      failLate(node);
      for (const action of actions) {
        order(node, action, row);
      }
      await failsCleanly(t, node, failed);
      for (const action of actions) {
        t.ok(errorsOf(node, action).includes(row.code), action);
      }
    });
  }
});

t.test('answers that are lost', async (t) => {
  const kinds: FaultKind[] = ['lostAnswer', 'reset'];
  for (const kind of kinds) {
    await t.test(String(kind), async (t) => {
      const node = await nodeFor(t, { userData: eth1() });
      failLate(node);
      node.simulator.faults.add({ action: 'DetachNetworkInterface', kind });
      node.simulator.faults.add({ action: 'DeleteNetworkInterface', kind });
      await failsCleanly(t, node, failed);
    });
  }
});

t.test('a slow detach is nothing to warn of', async (t) => {
  const node = await nodeFor(t, { userData: eth1(), simulator: { detachMs: 1500 } });
  failLate(node);
  const before = await traces(node);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, failed.exitCode, journal);
  t.notMatch(journal, /in use|trying again/);
  t.match(errorsOf(node, 'DeleteNetworkInterface'), [], 'no delete is tried in vain');
  await leavesOnly(t, node, before);
});

t.test('an ENI that EC2 does not show yet when the deadline passes', async (t) => {
  const node = await nodeFor(t, { userData: eth1({}, '4s'), simulator: { consistencyMs: 6000 } });
  await failsCleanly(t, node, {
    exitCode: 7,
    message: ['attach eni-', 'the deadline passed', 'does not exist'],
  });
});

t.test('what cannot be taken back is told, and the next run takes it up', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  failLate(node);
  node.simulator.permissions.deny('DeleteNetworkInterface');
  const { message } = await fails(t, node, {
    exitCode: 3,
    message: [
      refusal.message,
      'Allow ec2:DeleteNetworkInterface',
      'node-role',
      'the next run on this node takes it up',
    ],
  });
  const [eni] = node.enis();
  t.match(message, `aws ec2 delete-network-interface --network-interface-id ${eni?.id}`);

  await succeeds(t, node);
  t.match(node.enis(), [{ id: eni?.id }], 'the same ENI');
  t.match(await resultOf(node), { interfaces: [{ outcome: /adopted|in place/ }] });
});

t.test('interfaces that are whole stay, where time can heal what failed', async (t) => {
  const [first] = eth1().interfaces;
  const node = await nodeFor(t, {
    userData: { timeout: '5s', interfaces: [first, { ...first, name: 'eth2' }] },
  });
  const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  let isThrottling = true;
  node.simulator.faults.add({
    action: 'AttachNetworkInterface',
    times: always,
    match: (params) => isThrottling && params['DeviceIndex'] === '2',
    kind: { error: throttled },
  });
  const result = await fails(t, node, {
    exitCode: 7,
    message: [/^cannot attach eni-\w+ for eth2 .*Request limit/],
  });
  t.match(result.interfaces, [{ name: 'eth1', outcome: 'created' }]);
  t.match(node.enis(), [
    { addresses: [result.interfaces[0]?.address], attachment: { deleteOnTermination: true } },
  ]);

  isThrottling = false;
  const { interfaces } = await succeeds(t, node);
  t.match(interfaces, [
    { name: 'eth1', outcome: 'in place' },
    { name: 'eth2', outcome: 'created' },
  ]);
});

t.test('interfaces that are whole go, where someone has to act', async (t) => {
  const [first] = eth1().interfaces;
  const node = await nodeFor(t, { userData: { interfaces: [first, { ...first, name: 'eth2' }] } });
  // The whole interface has an attribute whose retries must not outlive the run.
  order(
    node,
    'ModifyNetworkInterfaceAttribute',
    { code: 'RequestLimitExceeded', message: 'Request limit exceeded.' },
    always,
  );
  const limit = {
    code: 'AttachmentLimitExceeded',
    message: 'Interface count 5 exceeds the limit for m5.xlarge',
  };
  node.simulator.faults.add({
    action: 'AttachNetworkInterface',
    match: (params) => params['DeviceIndex'] === '2',
    kind: { error: limit },
  });
  await failsCleanly(t, node, { exitCode: 6, message: [limit.message, 'larger type'] });
});
