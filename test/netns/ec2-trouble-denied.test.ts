/** IAM says no: which permission is missing, to whom, and on what. */
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { eth1, fails, failsCleanly, nodeFor, order, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const anEni = /arn:aws:ec2:eu-west-1:123456789012:network-interface\/(\*|eni-\w+)/;

t.test('each action on the way to kubelet', async (t) => {
  const rows: [string, RegExp | undefined][] = [
    ['DescribeSubnets', undefined],
    ['DescribeNetworkInterfaces', undefined],
    ['GetSubnetCidrReservations', undefined],
    ['DescribeInstanceTypes', undefined],
    ['CreateNetworkInterface', anEni],
    // Tags at create need this permission too, though it is no call of ours.
    ['CreateTags', anEni],
    ['AttachNetworkInterface', /arn:aws:ec2:eu-west-1:123456789012:instance\/i-\w+/],
    ['ModifyNetworkInterfaceAttribute', anEni],
  ];
  for (const [action, resource] of rows) {
    await t.test(action, async (t) => {
      const node = await nodeFor(t, {
        userData: eth1({ sourceDestCheck: false }),
        profile: { roleName: 'workers' },
      });
      node.simulator.permissions.deny(action);
      const { message } = await failsCleanly(t, node, {
        exitCode: 4,
        message: [
          `Allow ec2:${action} `,
          'in a policy of the role workers',
          ...(resource === undefined ? [] : [resource]),
        ],
      });
      t.equal(
        /aws sts decode-authorization-message --encoded-message \w+/.test(message),
        resource !== undefined,
      );

      node.simulator.permissions.allow(action);
      await succeeds(t, node);
    });
  }
});

t.test('without the listing of launches a boot goes on', async (t) => {
  const node = await nodeFor(t, { userData: eth1(), profile: { roleName: 'workers' } });
  node.simulator.permissions.deny('DescribeInstances');
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, /Allow ec2:DescribeInstances in a policy of the role workers.*going on without/);
});

t.test('several at once are all named', async (t) => {
  const actions = ['DescribeSubnets', 'GetSubnetCidrReservations', 'DescribeInstanceTypes'];
  const node = await nodeFor(t, { userData: eth1() });
  for (const action of actions) {
    node.simulator.permissions.deny(action);
  }
  await failsCleanly(t, node, { exitCode: 4, message: actions.map((action) => `Allow ec2:${action} `) });
});

t.test('those for giving back too, when it comes to that', async (t) => {
  const rows = [
    ['AttachNetworkInterface', 'DeleteNetworkInterface'],
    ['ModifyNetworkInterfaceAttribute', 'DetachNetworkInterface'],
  ];
  for (const denied of rows) {
    await t.test(denied.join(' and '), async (t) => {
      const node = await nodeFor(t, { userData: eth1() });
      for (const action of denied) {
        node.simulator.permissions.deny(action);
      }
      await fails(t, node, {
        exitCode: 4,
        message: denied.map((action) => `Allow ec2:${action} on arn:aws:ec2:`),
      });
      t.equal(node.enis().length, 1, 'the ENI is left');

      for (const action of denied) {
        node.simulator.permissions.allow(action);
      }
      await succeeds(t, node);
    });
  }
});

t.test('an explicit deny: no further Allow will help', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  order(node, 'CreateNetworkInterface', {
    code: 'UnauthorizedOperation',
    message:
      'You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/workers/i-0123 is ' +
      'not authorized to perform: ec2:CreateNetworkInterface on resource: arn:aws:ec2:eu-west-1:123456789012:subnet/' +
      'subnet-0000000a with an explicit deny in a service control policy.',
    status: 403,
  });
  await failsCleanly(t, node, {
    exitCode: 4,
    message: [
      'denies ec2:CreateNetworkInterface',
      'subnet/subnet-0000000a',
      'workers explicitly',
      'service control',
    ],
  });
});

t.test('credentials that EC2 does not accept', async (t) => {
  const node = await nodeFor(t, { userData: eth1({}, '4s') });
  await failsCleanly(
    t,
    node,
    // A role that has just been given takes seconds to arrive: after 15 s the code is 4.
    { exitCode: 7, message: ['AuthFailure', 'AWS_ACCESS_KEY_ID', 'role of the instance profile'] },
    { AWS_ACCESS_KEY_ID: 'AKIASTALE', AWS_SECRET_ACCESS_KEY: 'stale', AWS_SESSION_TOKEN: '' },
  );
});
