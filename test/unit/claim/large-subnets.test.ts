import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { claimable, freeRanges } from '../../../agent/claim/free.ts';
import { formatAddress, parseAddress, size } from '../../../agent/claim/range.ts';
import type { AddressConfig } from '../../../agent/config/model.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { eni, nodeConfig, subnet } from '../facts.ts';
import { launchClaimer } from './simulated-claimer.ts';

const zone = 'eu-west-1a';
const none: AddressConfig = { mode: 'None', within: [], podRange: [] };
const firstFree: AddressConfig = { ...none, mode: 'FirstFree' };
const lowest = 4;

/** The nth address, as the numbers of the last two bytes go. */
function nameOf(version: 'ipv4' | 'ipv6', n: number): string {
  return version === 'ipv4' ? `10.1.${n >> 8}.${n & 255}` : `2600:1f18:0:401::${n.toString(16)}`;
}

/** A subnet in which ENIs hold the addresses up to `end`, but for the holes, and prefixes come after them. */
async function crowded(
  t: Test,
  version: 'ipv4' | 'ipv6',
  end: number,
  holes: readonly number[],
  prefixes: readonly string[],
) {
  const simulator = await startSimulator({ buckets: false, region: 'eu-west-1', eniQuota: 100_000 });
  t.teardown(() => simulator.close());
  const { world } = simulator;
  const vpcId = world.addVpc({ cidr: '10.1.0.0/16', ipv6Cidr: '2600:1f18:0:400::/56' }).id;
  const subnetId = world.addSubnet(
    version === 'ipv4'
      ? { vpcId, zone, cidr: '10.1.0.0/18' }
      : { vpcId, zone, ipv6Cidrs: ['2600:1f18:0:401::/64'] },
  ).id;
  for (let n = lowest; n < end; n += 1) {
    if (!holes.includes(n)) {
      const name = nameOf(version, n);
      world.addEni({ subnetId, ...(version === 'ipv4' ? { address: name } : { ipv6Addresses: [name] }) });
    }
  }
  for (const [n, prefix] of prefixes.entries()) {
    const held = { address: nameOf('ipv4', 8_000 + n), prefixes: [prefix] };
    world.addEni({ subnetId, ...(version === 'ipv4' ? held : { ipv6Prefixes: [prefix] }) });
  }
  return { simulator, subnetId, vpcId };
}

/** The address that a node claims there. */
async function claim(
  { simulator, subnetId, vpcId }: { simulator: Simulator; subnetId: string; vpcId: string },
  version: 'ipv4' | 'ipv6',
  within: readonly string[] = [],
) {
  const { world } = simulator;
  const home = world.addSubnet({ vpcId, cidr: '10.1.255.0/24', zone });
  const config = nodeConfig({
    subnets: [subnetId],
    securityGroups: [world.addSecurityGroup({ vpcId }).id],
    ipv4: version === 'ipv4' ? { ...firstFree, within } : none,
    ipv6: version === 'ipv6' ? { ...firstFree, within } : none,
  });
  const request = { type: 'm5.xlarge', subnetId: home.id };
  const { look } = await launchClaimer(simulator, request, config);
  simulator.record.clear();
  const [eni] = await (await look())();
  return version === 'ipv4' ? eni?.addresses[0] : eni?.ipv6Addresses[0];
}

t.test('behind a listing that was cut, the address claimed is the lowest that is free', async (t) => {
  const outcomes = { cut: 0, whole: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('ipv4' as const, 'ipv6' as const),
      fc.constantFrom(2_950, 3_100, 3_600),
      fc.array(fc.integer({ min: lowest, max: 3_600 }), { maxLength: 3 }),
      async (version, end, holes) => {
        const world = await crowded(t, version, end, holes, []);
        const free = [...new Set(holes.filter((n) => n < end))].sort((a, b) => a - b);
        deepEqual(await claim(world, version), nameOf(version, free[0] ?? end));
        const { calls } = world.simulator.record;
        const listings = calls.filter(({ action }) => action === 'DescribeNetworkInterfaces').length;
        // Three pages, this instance's ENIs and those made for it, the lowest addresses; all pages, if those were all held.
        deepEqual(listings <= 3 + 2 + 1 + 4, true, `${listings} listings`);
        deepEqual(calls.filter(({ action }) => action === 'CreateNetworkInterface').length, 1);
        outcomes[listings > 6 ? 'whole' : 'cut'] += 1;
      },
    ),
    {
      numRuns: 12,
      examples: [
        ['ipv6', 3_600, []],
        ['ipv4', 3_600, []],
        ['ipv4', 3_100, [3_000]],
      ],
    },
  );
  t.ok(outcomes.cut > 0 && outcomes.whole > 0, JSON.stringify(outcomes));
});

t.test('prefixes that the cut listing does not show are found by their first refusal', async (t) => {
  // Of 3,600 ENIs, which one is on the fourth page is chance: with so many prefixes, some are.
  for (const version of ['ipv4', 'ipv6'] as const) {
    const prefixes = Array.from({ length: 100 }, (_, n) =>
      version === 'ipv4'
        ? `10.1.${16 + (n >> 4)}.${(n & 15) << 4}/28`
        : `2600:1f18:0:401:${n.toString(16)}::/80`,
    );
    const world = await crowded(t, version, 3_500, [], version === 'ipv4' ? prefixes : prefixes.slice(1));
    const bounds = version === 'ipv4' ? ['10.1.16.0/20'] : ['2600:1f18:0:401:1::-2600:1f18:0:401:ffff::'];
    const next = version === 'ipv4' ? '10.1.22.64' : '2600:1f18:0:401:64::';
    t.equal(await claim(world, version, bounds), next, version);
    const { calls } = world.simulator.record;
    t.equal(calls.filter(({ action }) => action === 'CreateNetworkInterface').length, 2, 'one refusal');
  }
});

t.test('first free in a /64 takes work by what is in use there, not by its size', async (t) => {
  const count = 5_000;
  const inUse = Array.from({ length: count }, (_, n) =>
    formatAddress(parseAddress('2600:1f18:0:4::4') + BigInt(n * 2)),
  );
  const enis = inUse.map((address) => eni({ ipv6Addresses: [address] }));
  const prefixes = Array.from({ length: count }, (_, n) => `2600:1f18:0:4:${(n + 1).toString(16)}::/80`);
  enis.push(...prefixes.map((prefix) => eni({ prefixes: [prefix] })));
  let looked = 0;
  const watched = enis.map(
    (each) =>
      new Proxy(each, {
        get(target, key, receiver) {
          looked += Number(key === 'ipv6Addresses');
          return Reflect.get(target, key, receiver);
        },
      }),
  );
  const dual = subnet({ ipv6Cidrs: ['2600:1f18:0:4::/64'] });
  const bounds = { within: [], podRange: [] };
  const free = freeRanges(dual, 'ipv6', watched, [], bounds);
  t.equal(looked, 2 * count, 'each ENI is looked at once');
  t.equal(free.length, count + 1, 'a hole after each address, and the rest above the prefixes');
  t.equal(formatAddress(free[0]?.first ?? 0n), '2600:1f18:0:4::5');
  t.equal(
    size(free),
    size(claimable(dual, 'ipv6', [], bounds)) - BigInt(count) - BigInt(count) * 2n ** 48n,
    'all others are free',
  );
});
