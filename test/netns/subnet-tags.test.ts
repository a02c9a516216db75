/** Subnets by tags; and what holds for `subnets` with several of one zone alike. */
import t, { type Test } from 'tap';
import type { Call } from '../simulator/api/record.ts';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import type { NodeOptions, TestNode } from './simulated-node.ts';
import { always, errorsOf, eth1, failsCleanly, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const vpcId = 'vpc-00000001';
const tags = { net: 'signalling', cluster: 'demo' };

/** Those with the tags; in the node's zone are `small`, with 11 addresses to be had, and `large`, with 27. */
const tagged = {
  small: 'subnet-00000031',
  large: 'subnet-00000032',
  /** In another zone. */
  elsewhere: 'subnet-00000033',
  /** Of another VPC, in the node's zone. */
  foreign: 'subnet-00000034',
  /** With one of the tags only. */
  half: 'subnet-00000035',
};

function addTagged(world: World): void {
  const zone = 'eu-west-1a';
  world.addVpc({ id: 'vpc-00000002', cidr: '10.0.0.0/16' });
  world.addSubnet({ id: tagged.small, vpcId, cidr: '10.0.20.0/28', zone, tags });
  world.addSubnet({ id: tagged.large, vpcId, cidr: '10.0.20.32/27', zone, tags });
  world.addSubnet({ id: tagged.elsewhere, vpcId, cidr: '10.0.21.0/24', zone: 'eu-west-1b', tags });
  world.addSubnet({ id: tagged.foreign, vpcId: 'vpc-00000002', cidr: '10.0.22.0/24', zone, tags });
  world.addSubnet({ id: tagged.half, vpcId, cidr: '10.0.23.0/24', zone, tags: { net: tags.net } });
}

const byTags = { subnets: undefined, subnetTags: tags };
const byIds = { subnets: [tagged.small, tagged.large, tagged.elsewhere] };

function nodeWith(t: Test, more: object, options: NodeOptions = {}): Promise<TestNode> {
  return nodeFor(t, { userData: eth1(more), ...options, world: options.world ?? addTagged });
}

function count(calls: readonly Call[]): Record<string, number> {
  const reads: Record<string, number> = {};
  for (const { action } of calls) {
    reads[action] = (reads[action] ?? 0) + 1;
  }
  return reads;
}

for (const [what, more] of [
  ['subnetTags', byTags],
  ['subnets', byIds],
] as const) {
  t.test(`${what}: the one of the zone with most free addresses`, async (t) => {
    const node = await nodeWith(t, more);
    t.match((await succeeds(t, node)).interfaces, [{ subnetId: tagged.large, address: '10.0.20.36' }]);
  });

  t.test(`${what}: the other one, once it has more`, async (t) => {
    const node = await nodeWith(t, more, {
      world(world) {
        addTagged(world);
        for (let n = 0; n < 20; n += 1) {
          world.addEni({ subnetId: tagged.large });
        }
      },
    });
    t.match((await succeeds(t, node)).interfaces, [{ subnetId: tagged.small, address: '10.0.20.4' }]);
  });

  for (const mode of ['FirstFree', 'Automatic']) {
    t.test(`${what}, ${mode}: full by the time of the claim, as EC2 says: the next`, async (t) => {
      const node = await nodeWith(t, { ...more, ipv4: { mode } });
      node.simulator.faults.add({
        action: 'CreateNetworkInterface',
        match: ({ SubnetId }) => SubnetId === tagged.large,
        times: always,
        kind: {
          error: {
            code: 'InsufficientFreeAddressesInSubnet',
            message: 'The specified subnet does not have enough free addresses to satisfy the request.',
          },
        },
      });
      t.match((await succeeds(t, node)).interfaces, [{ subnetId: tagged.small }]);
      t.equal(node.simulator.record.writes('CreateNetworkInterface').length, 2);
    });

    for (const hidden of [false, true]) {
      t.test(
        `${what}, ${mode}: others${hidden ? ', unseen,' : ''} fill it before the claim: the next`,
        async (t) => {
          const node = await nodeWith(t, { ...more, ipv4: { mode } });
          node.hooks.beforeCall = ({ action }) => {
            if (action === 'CreateNetworkInterface') {
              delete node.hooks.beforeCall;
              fill(node.simulator.world, tagged.large, hidden);
            }
          };
          t.match((await succeeds(t, node)).interfaces, [{ subnetId: tagged.small }]);
          const refused = mode === 'FirstFree' && hidden ? 27 : 1;
          t.equal(errorsOf(node, 'CreateNetworkInterface').length, refused);
        },
      );
    }
  }

  t.test(`${what}: others fill all of them before the claim`, async (t) => {
    const node = await nodeWith(t, more);
    node.hooks.beforeCall = ({ action }) => {
      if (action === 'CreateNetworkInterface') {
        delete node.hooks.beforeCall;
        fill(node.simulator.world, tagged.large, false);
        fill(node.simulator.world, tagged.small, false);
      }
    };
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 5);
    t.match(journal, `in ${tagged.large} every IPv4 address that looked free is taken (EC2 refused 1)`);
    t.match(journal, `in ${tagged.small} every IPv4 address that looked free is taken (EC2 refused 1)`);
    t.match(journal, 'add a subnet of zone eu-west-1a');
    t.strictSame(node.enis(), []);
  });
}

function fill(world: World, subnetId: string, hidden: boolean): void {
  while (world.subnet(subnetId).pool.available > 0) {
    world.addEni({ subnetId, hidden });
  }
}

t.test('the tags cost one round trip more, and no call more', async (t) => {
  const node = await nodeWith(t, byTags);
  // What does not rest on the subnets is asked for beside them, and what does is asked for all at once: each wave
  // is answered once it has come whole.
  const waves = [3, 3].map((size) => ({ size, calls: [] as Call[], whole: Promise.withResolvers<void>() }));
  node.hooks.beforeCall = async (call) => {
    const wave = waves.find(({ calls, size }) => calls.length < size);
    wave?.calls.push(call);
    if (wave?.calls.length === wave?.size) {
      wave?.whole.resolve();
    }
    await wave?.whole.promise;
  };
  await succeeds(t, node);
  const [first, second] = waves.map(({ calls }) => count(calls));
  t.strictSame(first, { DescribeSubnets: 1, DescribeInstances: 1, DescribeInstanceTypes: 1 });
  t.strictSame(second, { DescribeNetworkInterfaces: 1, GetSubnetCidrReservations: 2 });
  const reads = node.simulator.record.calls.filter(({ action }) => /^(Describe|Get)/.test(action));
  t.strictSame(count(reads), {
    DescribeSubnets: 1,
    DescribeNetworkInterfaces: 1,
    DescribeInstances: 1,
    DescribeInstanceTypes: 1,
    GetSubnetCidrReservations: 2,
  });
});

t.test('tags that no subnet of the VPC has', async (t) => {
  for (const [what, world] of [
    ['none at all', () => {}],
    [
      "another VPC's alone",
      (world: World) => {
        world.addVpc({ id: 'vpc-00000002', cidr: '10.0.0.0/16' });
        world.addSubnet({
          id: tagged.foreign,
          vpcId: 'vpc-00000002',
          cidr: '10.0.22.0/24',
          zone: 'eu-west-1a',
          tags,
        });
      },
    ],
    [
      'one of another account, whose tags it does not show',
      (world: World) =>
        void world.addSubnet({
          id: tagged.small,
          vpcId,
          cidr: '10.0.20.0/28',
          zone: 'eu-west-1a',
          tags,
          owner: '210987654321',
        }),
    ],
  ] as const) {
    await t.test(what, async (t) => {
      const node = await nodeWith(t, byTags, { world });
      await failsCleanly(t, node, {
        exitCode: 3,
        message: [
          `eth1: no subnet of ${vpcId} in eu-west-1 has the tags net=signalling, cluster=demo`,
          'correct interfaces[].subnetTags or tag the subnets',
          'In a subnet shared by another account its tags cannot be seen: name such subnets by id',
        ],
      });
      t.strictSame(node.simulator.record.writes(), []);
    });
  }
});

t.test('tags that only subnets of other zones have', async (t) => {
  const node = await nodeWith(t, byTags, {
    world: (world) =>
      void world.addSubnet({ id: tagged.elsewhere, vpcId, cidr: '10.0.21.0/24', zone: 'eu-west-1b', tags }),
  });
  await failsCleanly(t, node, {
    exitCode: 3,
    message: [
      "none of its subnets is in this node's zone eu-west-1a",
      `${tagged.elsewhere} is in eu-west-1b`,
    ],
  });
});

const ipv6Only = 'subnet-00000036';
const addOnly6 = (world: World) =>
  void world.addSubnet({ id: ipv6Only, vpcId, ipv6Cidrs: ['2600:1f18:1:20::/64'], zone: 'eu-west-1a', tags });

t.test('a subnet that has the tags, but not what the modes ask for, is left out', async (t) => {
  const node = await nodeWith(t, byTags, {
    world(world) {
      addTagged(world);
      addOnly6(world);
    },
  });
  const warning = `eth1: not every subnet with the tags of subnetTags is used: ${ipv6Only} has no IPv4 CIDR: `;
  t.match((await node.run(['plan'])).stdout, `warning: ${warning}`);
  t.match(await succeeds(t, node), {
    interfaces: [{ subnetId: tagged.large, address: '10.0.20.36' }],
    warnings: [warning],
  });
});

t.test('no subnet with the tags has what the modes ask for', async (t) => {
  const node = await nodeWith(t, byTags, { world: addOnly6 });
  await failsCleanly(t, node, { exitCode: 3, message: [`eth1: ${ipv6Only} has no IPv4 CIDR`] });
});
