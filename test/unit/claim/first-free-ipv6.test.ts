import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { AddressConfig } from '../../../agent/config/model.ts';
import { Failure } from '../../../agent/failure.ts';
import { ApiError } from '../../simulator/model/api-error.ts';
import {
  contains,
  type Family,
  ipv4,
  ipv6,
  overlap,
  parseCidr,
  type Range,
} from '../../simulator/model/ip.ts';
import type { Subnet } from '../../simulator/model/records.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { nodeConfig } from '../facts.ts';
import { launchClaimer } from './simulated-claimer.ts';

const simulator = await startSimulator({ buckets: false, region: 'eu-west-1', eniQuota: 100_000 });
t.teardown(() => simulator.close());
const { world } = simulator;
const zone = 'eu-west-1a';
const block = '2600:1f18:0:4';

/** In the lower of the subnet's IPv6 CIDRs, or in its second. */
const cidr = fc.constantFrom(`${block}00:`, `${block}00:`, `${block}01:`);
/** The last 16 bits of an address: few, so that they meet. */
const host = fc.nat(63);
const address = fc.tuple(cidr, host).map(([start, n]) => `${start}:${n.toString(16)}`);
/** The lowest /80 has the lowest addresses; above the third lie most. */
const prefix = fc.tuple(cidr, fc.nat(3)).map(([start, n]) => `${start}${n}::/80`);
const span = fc
  .tuple(cidr, host, host)
  .map(([start, a, b]) => `${start}:${Math.min(a, b).toString(16)}-${start}:${Math.max(a, b).toString(16)}`);
const smallBlock = fc
  .tuple(cidr, fc.constantFrom(122, 124, 126, 128), host)
  .map(([start, length, n]) => `${start}:${(n - (n % 2 ** (128 - length))).toString(16)}/${length}`);
const given = fc.record({
  isNative: fc.boolean(),
  isAssigning: fc.boolean(),
  /** The second CIDR. */
  state: fc.constantFrom('associated' as const, 'associating' as const, 'disassociated' as const),
  /** Of each ENI. */
  addresses: fc.array(fc.array(address, { minLength: 1, maxLength: 4 }), { maxLength: 60, size: 'max' }),
  prefixes: fc.array(prefix, { maxLength: 3 }),
  reservations: fc.array(
    fc.record({
      cidr: fc.oneof(smallBlock, smallBlock, prefix),
      type: fc.constantFrom('explicit' as const, 'prefix' as const),
    }),
    { maxLength: 3 },
  ),
  within: fc.array(fc.oneof(span, prefix), { maxLength: 2 }),
  /** Whether the reservations are entries of `within`. */
  isForWorkers: fc.boolean(),
  podRange: fc.array(span, { maxLength: 1 }),
  modes: fc.constantFrom(
    ['FirstFree', 'FirstFree'] as const,
    ['FirstFree', 'Automatic'] as const,
    ['Automatic', 'FirstFree'] as const,
  ),
  count: fc.integer({ min: 1, max: 3 }),
});

type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

let subnets = 0;

/** A subnet with all of what is given that fits: what EC2 would refuse is left out. */
function build(vpcId: string, { isNative, isAssigning, state, ...given }: Given): Subnet {
  const subnet = world.addSubnet({
    vpcId,
    zone,
    ...(isNative ? {} : { cidr: `10.0.${(subnets++ % 200) + 1}.0/24` }),
    ipv6Cidrs: [{ cidr: `${block}01::/64`, state }, `${block}00::/64`],
    assignIpv6OnCreation: isNative || isAssigning,
  });
  const subnetId = subnet.id;
  for (const { cidr, type } of given.reservations) {
    unlessRefused(() => world.addReservation({ subnetId, cidr, type }));
  }
  for (const ipv6Prefix of given.prefixes) {
    unlessRefused(() => world.addEni({ subnetId, ipv6AddressCount: 0, ipv6Prefixes: [ipv6Prefix] }));
  }
  for (const ipv6Addresses of given.addresses) {
    unlessRefused(() => world.addEni({ subnetId, ipv6Addresses }));
  }
  return subnet;
}

function unlessRefused(add: () => unknown): void {
  try {
    add();
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
  }
}

/**
 * The lowest free addresses: free is an address that nothing is in the way of, and the lowest such begins a part or
 * comes right after something in the way.
 */
function lowest(subnet: Subnet, family: Family, config: AddressConfig, count: number): string[] {
  const pool = family === ipv4 ? subnet.pool : subnet.ipv6Pool;
  const read = (text: string) => readRange(text, family);
  const held = world.enis
    .filter(({ subnetId }) => subnetId === subnet.id)
    .flatMap((eni) =>
      family === ipv4 ? [...eni.addresses, ...eni.prefixes] : [...eni.ipv6Addresses, ...eni.ipv6Prefixes],
    )
    .map(read);
  const within = config.within.map(read);
  const closed = [...pool.reservations.values()]
    .filter(
      ({ type, range }) =>
        type === 'prefix' || !within.some((each) => each.first === range.first && each.last === range.last),
    )
    .map(({ range }) => range);
  const reserved = pool.ranges.flatMap(({ first, last }) => [
    { first, last: first + 3n },
    { first: last, last },
  ]);
  const inTheWay = [...held, ...closed, ...config.podRange.map(read), ...reserved];
  const isFree = (each: bigint) =>
    pool.ranges.some((range) => contains(range, each)) &&
    (within.length === 0 || within.some((range) => contains(range, each))) &&
    !inTheWay.some((range) => contains(range, each));
  const found: bigint[] = [];
  while (found.length < count) {
    const candidates = [
      ...pool.ranges.map(({ first }) => first),
      ...within.map(({ first }) => first),
      ...inTheWay.map(({ last }) => last + 1n),
      ...found.map((each) => each + 1n),
    ];
    const free = candidates.filter((each) => isFree(each) && !found.includes(each));
    const [next] = free.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    if (next === undefined) {
      break;
    }
    found.push(next);
  }
  return found.map((each) => family.format(each));
}

t.test('alone, the agent takes the lowest free address of each version', async (t) => {
  const outcomes = { claimed: 0, full: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(given, async (given) => {
      const vpcId = world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: '2600:1f18:0:400::/56' }).id;
      const subnet = build(vpcId, given);
      const [mode4, mode6] = given.isNative ? (['None', 'FirstFree'] as const) : given.modes;
      const within = [
        ...given.within,
        ...(given.isForWorkers ? given.reservations.map(({ cidr }) => cidr) : []),
      ];
      const v4: AddressConfig = { mode: mode4, within: [], podRange: [] };
      const v6: AddressConfig = { mode: mode6, within, podRange: given.podRange };
      const [want4, want6] = [lowest(subnet, ipv4, v4, given.count), lowest(subnet, ipv6, v6, given.count)];
      const config = nodeConfig(
        ...Array.from({ length: given.count }, (_, n) => ({
          name: `eth${n + 1}`,
          subnets: [subnet.id],
          securityGroups: [world.addSecurityGroup({ vpcId }).id],
          ipv4: v4,
          ipv6: v6,
        })),
      );
      const home = world.addSubnet({ vpcId, cidr: '10.0.255.0/24', zone });
      const { look } = await launchClaimer(simulator, { type: 'm5.xlarge', subnetId: home.id }, config);
      const claim = await look().catch((error: unknown) => {
        if (error instanceof Failure && (error.exitCode === 5 || error.exitCode === 3)) {
          return error.exitCode;
        }
        throw error;
      });
      if (claim === 3) {
        const isOutside = (text: string) =>
          !subnet.ipv6Pool.ranges.some((range) => overlap(range, readRange(text, ipv6)));
        deepEqual(
          within.map(isOutside),
          within.map(() => true),
          'no entry of within is in the subnet',
        );
        outcomes.refused += 1;
      } else if (claim === 5) {
        deepEqual(mode6 === 'FirstFree' && want6.length < given.count, true, 'it is full');
        outcomes.full += 1;
      } else {
        const enis = await claim();
        if (mode4 === 'FirstFree') {
          deepEqual(
            enis.map(({ addresses: [first] }) => first),
            want4,
          );
        }
        if (mode6 === 'FirstFree') {
          deepEqual(
            enis.map(({ ipv6Addresses }) => ipv6Addresses),
            want6.map((each) => [each]),
          );
        }
        deepEqual(
          enis.map((eni) => [eni.addresses.length, eni.ipv6Addresses.length]),
          enis.map(() => [given.isNative ? 0 : 1, 1]),
        );
        outcomes.claimed += 1;
      }
    }),
    { numRuns: 150 },
  );
  t.ok(outcomes.claimed > 50 && outcomes.full > 0, JSON.stringify(outcomes));
});

function readRange(text: string, family: Family): Range {
  const [first = '', last = first] = text.split('-');
  return parseCidr(text, family) ?? { first: family.parse(first) ?? -1n, last: family.parse(last) ?? -1n };
}
