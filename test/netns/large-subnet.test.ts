/** Subnets with tens of thousands of addresses in use: what a claim costs is bounded, and it is exact. */
import assert from 'node:assert/strict';
import t, { type Test } from 'tap';
import type { AddressPool } from '../simulator/model/address-pool.ts';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { deviceName, otherNode } from './other-nodes.ts';
import type { TestNode } from './simulated-node.ts';
import { nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

/** A /16, or a /64, or both, all of a VPC; the node's primary ENI is in it too. */
const large = 'subnet-00000040';
const dual = 'subnet-00000041';
const ipv6Only = 'subnet-00000042';
const inUse = 20_000;

/** EC2's largest page, and how many of them a run lists before it looks for candidates by their addresses. */
const pageSize = 1_000;
const pages = 3;
/** Behind a listing that was cut, earlier runs' ENIs are looked for by their tag. */
const byTag = 1;

function addLarge(world: World): void {
  const zone = 'eu-west-1a';
  world.addVpc({ id: 'vpc-00000040', cidr: '10.64.0.0/16' });
  world.addSubnet({ id: large, vpcId: 'vpc-00000040', cidr: '10.64.0.0/16', zone });
  world.addVpc({ id: 'vpc-00000041', cidr: '10.65.0.0/16', ipv6Cidr: '2600:1f18:2::/56' });
  world.addSubnet({
    id: dual,
    vpcId: 'vpc-00000041',
    cidr: '10.65.0.0/17',
    ipv6Cidrs: ['2600:1f18:2:1::/64'],
    zone,
  });
  world.addSubnet({ id: ipv6Only, vpcId: 'vpc-00000041', ipv6Cidrs: ['2600:1f18:2:2::/64'], zone });
  for (const vpcId of ['vpc-00000040', 'vpc-00000041']) {
    world.addSecurityGroup({ id: groupOf(vpcId), vpcId });
  }
}

function groupOf(vpcId: string): string {
  return vpcId.replace('vpc', 'sg');
}

/** The nth address of the /16, of the dual-stack subnet, and of the /64s. */
const ipv4 = (n: number, network = '10.64') => `${network}.${Math.floor(n / 256)}.${n % 256}`;
const ipv6 = (n: number, network = '2600:1f18:2:2') => `${network}::${n.toString(16)}`;

interface Case {
  what: string;
  subnetId: string;
  modes?: object | undefined;
  fill: (world: World) => void;
  /** The nth address of each IP version that is claimed. */
  ipv4?: (n: number) => string;
  ipv6?: (n: number) => string;
  /** DescribeNetworkInterfaces, all that a run makes. */
  calls: number;
  /** 1 unless given. */
  creates?: number;
}

/** Every third address from `from` on, until so many are in use. */
function scatter(from: number, count: number, add: (n: number) => void): void {
  for (let i = 0; i < count; i += 1) {
    add(from + 3 * i);
  }
}

function pack(from: number, count: number, add: (n: number) => void): void {
  for (let i = 0; i < count; i += 1) {
    add(from + i);
  }
}

const cases: Case[] = [
  {
    what: '400 ENIs with 50 addresses each',
    subnetId: large,
    fill(world) {
      for (let eni = 0; eni < inUse / 50; eni += 1) {
        const [address, ...secondary] = Array.from({ length: 50 }, (_, i) => ipv4(4 + 50 * eni + i));
        world.addEni({ subnetId: large, address, secondary });
      }
    },
    ipv4,
    // The page.
    calls: 1,
  },
  {
    what: '20,000 ENIs scattered, the first free address low',
    subnetId: large,
    fill(world) {
      pack(4, 100, (n) => world.addEni({ subnetId: large, address: ipv4(n) }));
      scatter(105, inUse - 100, (n) => world.addEni({ subnetId: large, address: ipv4(n) }));
    },
    ipv4,
    // Three pages, the look for the candidates, and those that the instance made.
    calls: pages + 1 + byTag,
  },
  {
    what: '20,000 ENIs packed at the start',
    subnetId: large,
    fill: (world) => pack(4, inUse, (n) => world.addEni({ subnetId: large, address: ipv4(n) })),
    ipv4,
    // As before, and the subnet whole: with the node's own ENI its last page is begun.
    calls: pages + 1 + byTag + inUse / pageSize + 1,
  },
  {
    what: '20,000 addresses in delegated prefixes, by which no ENI is found',
    subnetId: large,
    fill(world) {
      pack(4, 12, (n) => world.addEni({ subnetId: large, address: ipv4(n) }));
      for (let n = 16; n < 16 + inUse; n += 16) {
        world.addEni({ subnetId: large, address: ipv4(30_000 + n), prefixes: [`${ipv4(n)}/28`] });
      }
      scatter(52_000, 4_000, (n) => world.addEni({ subnetId: large, address: ipv4(n) }));
    },
    ipv4,
    // One refusal, one look more, and the subnet whole.
    calls: pages + 1 + byTag + 1 + 6,
    creates: 2,
  },
  {
    what: '5,000 IPv6-only ENIs packed at the start',
    subnetId: ipv6Only,
    modes: { ipv4: { mode: 'None' }, ipv6: { mode: 'FirstFree' } },
    fill: (world) => pack(4, 5_000, (n) => world.addEni({ subnetId: ipv6Only, ipv6Addresses: [ipv6(n)] })),
    ipv6,
    calls: pages + 1 + byTag + 5 + 1,
  },
  {
    what: '5,000 IPv6-only ENIs scattered',
    subnetId: ipv6Only,
    modes: { ipv4: { mode: 'None' }, ipv6: { mode: 'FirstFree' } },
    fill: (world) => scatter(4, 5_000, (n) => world.addEni({ subnetId: ipv6Only, ipv6Addresses: [ipv6(n)] })),
    ipv6,
    calls: pages + 1 + byTag,
  },
  {
    what: '5,000 dual-stack ENIs packed at the start: listed whole once, for both',
    subnetId: dual,
    modes: { ipv6: { mode: 'FirstFree' } },
    fill: (world) =>
      pack(4, 5_000, (n) => {
        const ipv6Addresses = [ipv6(n, '2600:1f18:2:1')];
        world.addEni({ subnetId: dual, address: ipv4(n, '10.65'), ipv6Addresses });
      }),
    ipv4: (n) => ipv4(n, '10.65'),
    ipv6: (n) => ipv6(n, '2600:1f18:2:1'),
    // A look for each IP version.
    calls: pages + 2 + byTag + 5 + 1,
  },
];

const scattered = cases.find(({ what }) => what.startsWith('20,000 ENIs scattered'));

function nodeIn(t: Test, { subnetId, modes, fill }: Case): Promise<TestNode> {
  return nodeFor(t, {
    userData: specFor('eth1', subnetId, modes),
    primarySubnet: subnetId,
    deviceName,
    simulator: { eniQuota: 30_000 },
    world(world) {
      addLarge(world);
      fill(world);
    },
  });
}

function specFor(name: string, subnetId: string, modes: object = {}): object {
  const securityGroups = [groupOf(subnetId === large ? 'vpc-00000040' : 'vpc-00000041')];
  return { interfaces: [{ name, subnets: [subnetId], securityGroups, ...modes }] };
}

/** By the simulator's truth: the node's own ENI has an address there too. */
function lowestFree(pool: AddressPool, nth: ((n: number) => string) | undefined): string | undefined {
  for (let n = 4; nth !== undefined; n += 1) {
    if (pool.ownerOf(nth(n)) === undefined) {
      return nth(n);
    }
  }
  return undefined;
}

function listingsOf({ simulator: { record } }: TestNode, instanceId: string): number {
  return record.calls.filter(
    (call) => call.action === 'DescribeNetworkInterfaces' && call.instanceId === instanceId,
  ).length;
}

for (const each of cases) {
  t.test(each.what, async (t) => {
    const node = await nodeIn(t, each);
    const { pool, ipv6Pool } = node.simulator.world.subnet(each.subnetId);
    const address = lowestFree(pool, each.ipv4);
    const ipv6Address = lowestFree(ipv6Pool, each.ipv6);
    const isCut = each.calls > 1;
    const { stdout } = await node.run(['plan']);
    t.match(stdout, isCut ? /first free address, for which to look more closely/ : `first ${address}`);
    t.match(stdout, isCut ? /CreateNetworkInterface interface=eth1 subnetId=\S+$/m : ` address=${address}`);
    node.simulator.record.clear();
    const { ms, interfaces } = await succeeds(t, node);
    t.strictSame(
      [interfaces[0]?.address, interfaces[0]?.ipv6Address],
      [address, ipv6Address],
      'the lowest that is free',
    );
    const { record } = node.simulator;
    t.equal(
      record.writes('CreateNetworkInterface').length,
      each.creates ?? 1,
      'at the first try, if it can be',
    );
    t.equal(listingsOf(node, node.node.instanceId), each.calls);
    t.comment(`${each.calls} listings, ${record.calls.length} calls, ${ms} ms`);
  });
}

t.test('an ENI that an earlier run made, behind the listing and without its intent', async (t) => {
  assert(scattered !== undefined);
  const node = await nodeIn(t, scattered);
  const { world, record } = node.simulator;
  const made = world.addEni({
    subnetId: large,
    securityGroups: [groupOf('vpc-00000040')],
    tags: {
      'node.k8s.amazonaws.com/no_manage': 'true',
      'multus-bootstrap.io/instance-id': node.node.instanceId,
      'multus-bootstrap.io/interface': 'eth1',
      'multus-bootstrap.io/created': 'true',
    },
  });
  t.match((await succeeds(t, node)).interfaces, [{ eniId: made.id, outcome: 'adopted' }]);
  t.strictSame(record.writes('CreateNetworkInterface'), []);
});

t.test('several nodes at once in a subnet that is not listed whole', async (t) => {
  assert(scattered !== undefined);
  const first = await nodeIn(t, scattered);
  const { world, record } = first.simulator;
  const others = await Promise.all(
    ['net1', 'net2', 'net3', 'net4', 'net5'].map((name) => otherNode(t, first, specFor(name, large), large)),
  );
  const nodes = [first, ...others];
  // None claims before all have looked: they see the same addresses free.
  const looking = new Set<string | undefined>();
  const all = Promise.withResolvers<void>();
  first.hooks.beforeCall = async ({ action, instanceId }) => {
    if (action === 'CreateNetworkInterface') {
      looking.add(instanceId);
      if (looking.size === nodes.length) {
        all.resolve();
      }
      await all.promise;
    }
  };
  const outcomes = await Promise.all(nodes.map((each) => each.run(['run'])));
  for (const { exitCode, journal } of outcomes) {
    t.equal(exitCode, 0, 'exit code 0', { journal });
  }
  // Where the world began to have holes.
  const free = Array.from({ length: 100 }, (_, i) => ipv4(104 + i)).filter((_, i) => i % 3 !== 1);
  const claims = nodes.map(({ node: { instanceId } }) => {
    const eni = world.enis.find(({ tags }) => tags['multus-bootstrap.io/instance-id'] === instanceId);
    const collisions = record
      .writes('CreateNetworkInterface')
      .filter((call) => call.instanceId === instanceId && call.answer?.code !== undefined).length;
    return { instanceId, rank: free.indexOf(eni?.addresses[0] ?? ''), collisions };
  });
  t.equal(new Set(claims.map(({ rank }) => rank)).size, nodes.length, 'no address has two owners');
  for (const { instanceId, rank, collisions } of claims) {
    t.ok(
      rank >= 0 && rank < nodes.length - 1 + 2 ** collisions,
      `after ${collisions} collisions: free address number ${rank}`,
    );
    t.ok(
      listingsOf(first, instanceId) <= pages + 1 + 1 + byTag + collisions,
      'a look more for each collision, and the subnet is not listed whole',
    );
  }
});
