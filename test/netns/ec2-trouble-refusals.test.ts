/** What EC2 refuses for good, once the writes have begun. */
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import type { World, WorldOptions } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import {
  always,
  type Ec2Answer,
  eth1,
  failsCleanly,
  leavesOnly,
  nodeFor,
  order,
  resultOf,
  succeeds,
  traces,
} from './trouble.ts';

await enterNamespace(import.meta.url);

const invalid = 'InvalidParameterValue';

/** The VPC CNI, which attaches ENIs of its own to this node, right before our attach. */
function othersAttach(node: TestNode, deviceIndexes: readonly number[]): void {
  const { world } = node.simulator;
  const left = [...deviceIndexes];
  node.hooks.beforeCall = ({ action }) => {
    if (action === 'AttachNetworkInterface') {
      for (const deviceIndex of left.splice(0)) {
        const { id: eniId } = world.addEni({ subnetId: subnets.primary });
        attachEni(world, { eniId, instanceId: node.node.instanceId, deviceIndex, networkCard: 0 });
      }
    }
  };
}

t.test('situations', async (t) => {
  const groups = [1, 2, 3, 4, 5, 6].map((n) => `sg-0000001${n}`);
  const rows: {
    what: string;
    spec: object;
    world?: (world: World) => void;
    simulator?: Partial<Omit<WorldOptions, 'clock'>>;
    exitCode: number;
    message: string[];
  }[] = [
    {
      what: 'a security group that does not exist',
      spec: eth1({ securityGroups: ['sg-0000dead'] }),
      exitCode: 3,
      message: ['eth1', "The security group 'sg-0000dead' does not exist", 'Correct the id'],
    },
    {
      what: 'a security group of another VPC',
      spec: eth1({ securityGroups: ['sg-0000f0e0'] }),
      world(world) {
        world.addVpc({ id: 'vpc-00000002', cidr: '10.1.0.0/16' });
        world.addSecurityGroup({ id: 'sg-0000f0e0', vpcId: 'vpc-00000002' });
      },
      exitCode: 3,
      message: ['eth1', 'sg-0000f0e0', 'different networks', 'Correct'],
    },
    {
      what: 'more security groups than the account may have on an ENI',
      spec: eth1({ securityGroups: groups }),
      world(world) {
        for (const id of groups) {
          world.addSecurityGroup({ id, vpcId: 'vpc-00000001' });
        }
      },
      exitCode: 6,
      message: ['SecurityGroupsPerInterfaceLimitExceeded', 'fewer securityGroups', 'Service Quotas'],
    },
    {
      what: 'no more ENIs in the account',
      spec: eth1(),
      simulator: { eniQuota: 1 },
      exitCode: 6,
      message: ['NetworkInterfaceLimitExceeded', 'Service Quotas'],
    },
  ];
  for (const { what, spec, world, simulator, exitCode, message } of rows) {
    await t.test(what, async (t) => {
      const node = await nodeFor(t, {
        userData: spec,
        ...(world === undefined ? {} : { world }),
        ...(simulator === undefined ? {} : { simulator }),
      });
      await failsCleanly(t, node, { exitCode, message });
    });
  }
});

t.test('answers', async (t) => {
  const rows: [string, Ec2Answer, number, string][] = [
    [
      'CreateNetworkInterface',
      { code: invalid, message: 'invalid value for parameter address: 10.0.4.4' },
      3,
      'Correct',
    ],
    [
      'CreateNetworkInterface',
      { code: 'InvalidSubnetID.NotFound', message: "The subnet ID 'subnet-0000000a' does not exist" },
      3,
      'Correct the id',
    ],
    [
      'AttachNetworkInterface',
      { code: 'PrivateIpAddressLimitExceeded', message: 'Number of private addresses will exceed limit.' },
      6,
      'larger type',
    ],
    [
      'AttachNetworkInterface',
      {
        code: 'InvalidParameterCombination',
        message:
          'You may not attach a network interface to an instance if they are not in the same availability zone',
      },
      3,
      'Correct',
    ],
    [
      'DescribeNetworkInterfaces',
      {
        code: 'OperationNotPermitted',
        message: 'The account has too many network interfaces: set MaxResults',
      },
      3,
      'plan',
    ],
  ];
  for (const [action, answer, exitCode, remedy] of rows) {
    await t.test(`${action}: ${answer.code}`, async (t) => {
      const node = await nodeFor(t, { userData: eth1() });
      order(node, action, answer);
      await failsCleanly(t, node, { exitCode, message: [action, answer.code, answer.message, remedy] });
    });
  }
});

t.test('several interfaces: the code of the first, the messages of all', async (t) => {
  const [first] = eth1().interfaces;
  const second = { ...first, name: 'eth2', securityGroups: ['sg-0000dead'] };
  const node = await nodeFor(t, { userData: { interfaces: [first, second] } });
  const message = 'Number of private addresses will exceed limit.';
  order(node, 'AttachNetworkInterface', { code: 'PrivateIpAddressLimitExceeded', message });
  await failsCleanly(t, node, {
    exitCode: 6,
    message: [/^cannot attach eni-\w+ for eth1 /, message, /\ncannot create an ENI for eth2 /, 'sg-0000dead'],
  });
});

t.test('a token that was used with other parameters: the next run takes a new one', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const message =
    'The client token you have provided is associated with a resource that has different parameters.';
  order(node, 'CreateNetworkInterface', { code: 'IdempotentParameterMismatch', message }, 2);
  const run = await node.run(['run']);
  t.match(run, { exitCode: 7, journal: 'run again, which takes a new token' });
  await succeeds(t, node);
});

t.test('a device index that is taken between plan and attach', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  othersAttach(node, [1]);
  t.match((await succeeds(t, node)).interfaces, [{ deviceIndex: 2 }]);
});

t.test('all device indexes taken between plan and attach', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  othersAttach(node, [1, 2, 3]);
  const { exitCode } = await node.run(['run']);
  t.equal(exitCode, 6);
  t.match(
    (await resultOf(node)).message,
    /AttachmentLimitExceeded: Interface count 5 exceeds .* larger type.*MAX_ENI/,
  );
  t.same(node.enis(), [], 'our ENI is given back');
});

t.test('device index after device index refused', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const before = await traces(node);
  const message = "Instance 'i-0123' already has an interface attached at device index '1'.";
  order(node, 'AttachNetworkInterface', { code: invalid, message }, always);
  const { exitCode } = await node.run(['run']);
  t.equal(exitCode, 6);
  t.match((await resultOf(node)).message, 'Something else attaches ENIs to this instance');
  await leavesOnly(t, node, before);
});
