import t from 'tap';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { booted, bothKinds, instanceTags, releaseNode } from './release-node.ts';
import { group, subnets } from './simulated-node.ts';
import { always, leavesOnly, nodeFor, order, traces } from './trouble.ts';

await enterNamespace(import.meta.url);

const throttle = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };

t.test('what fails is told with its remedy, keeps nothing else, and a second release finishes', async (t) => {
  const denials: [string, RegExp][] = [
    ['DetachNetworkInterface', /Allow ec2:DetachNetworkInterface/],
    [
      'DeleteNetworkInterface',
      /Allow ec2:DeleteNetworkInterface.*Left of eth1: eni-\w+, and its files; run `multus-bootstrap release` again/s,
    ],
    ['DeleteTags', /Allow ec2:DeleteTags/],
    ['DescribeNetworkInterfaces', /Allow ec2:DescribeNetworkInterfaces/],
  ];
  for (const [action, message] of denials) {
    await t.test(`${action} denied`, async (t) => {
      const { node, before } = await releaseNode(t);
      await booted(t, node);
      node.simulator.permissions.deny(action);
      const { exitCode, journal } = await node.run(['release']);
      t.equal(exitCode, 4, journal);
      t.match(journal, message);
      node.simulator.permissions.allow(action);
      const again = await node.run(['release']);
      t.equal(again.exitCode, 0, again.journal);
      await leavesOnly(t, node, before);
      t.same(instanceTags(node), {});
    });
  }

  await t.test('throttled beyond the deadline', async (t) => {
    const { node, before } = await releaseNode(t, { userData: { ...bothKinds, timeout: '4s' } });
    await booted(t, node);
    let isThrottling = true;
    node.simulator.faults.add({
      action: 'DeleteNetworkInterface',
      times: always,
      match: () => isThrottling,
      kind: { error: throttle },
    });
    const { exitCode, journal } = await node.run(['release']);
    t.equal(exitCode, 7, journal);
    t.match(journal, /cannot give back eni-\w+ of eth1: the deadline passed.*Left of eth1: eni-/s);
    t.match(journal, /eth2: handed back/, 'the other is done');
    isThrottling = false;
    t.equal((await node.run(['release'])).exitCode, 0);
    await leavesOnly(t, node, before);
  });

  await t.test('EC2 cannot be reached: nothing is changed', async (t) => {
    const { node } = await releaseNode(t, { userData: { ...bothKinds, timeout: '4s' } });
    await booted(t, node);
    const whole = await traces(node);
    const env = { AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:9' };
    const { exitCode, journal } = await node.run(['release'], env);
    t.equal(exitCode, 8, journal);
    t.same(await traces(node), whole);
    t.equal(await gateOf(node), 'open');
  });
});

t.test('errors that time heals', async (t) => {
  const { node, before } = await releaseNode(t);
  await booted(t, node);
  for (const action of [
    'DetachNetworkInterface',
    'DeleteNetworkInterface',
    'DeleteTags',
    'DescribeNetworkInterfaces',
  ]) {
    order(node, action, throttle, 2);
    node.simulator.faults.add({ action, nth: 2, kind: 'lostAnswer' });
  }
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  await leavesOnly(t, node, before);
});

t.test('two at once: one of them says so, and does nothing', async (t) => {
  const node = await nodeFor(t, {
    userData: { interfaces: [{ name: 'eth1', subnets: [subnets.a], securityGroups: [group] }] },
  });
  let other: ReturnType<typeof node.run> | undefined;
  node.hooks.beforeCall = async ({ action }) => {
    if (action === 'CreateNetworkInterface') {
      other ??= node.run(['release']);
      await other;
    }
  };
  t.equal((await node.run(['run'])).exitCode, 0);
  const outcome = await other;
  t.equal(outcome?.exitCode, 9);
  t.match(outcome?.journal, 'another run is in progress');
  t.equal(node.enis().length, 1);
});
