import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Eni } from '../../../agent/claim/facts.ts';
import { Failure } from '../../../agent/failure.ts';
import { ApiError } from '../../simulator/model/api-error.ts';
import type { Subnet } from '../../simulator/model/records.ts';
import type { World } from '../../simulator/model/world.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { nodeConfig } from '../facts.ts';
import { launchClaimer } from './simulated-claimer.ts';

const simulator = await startSimulator({ buckets: false, region: 'eu-west-1', eniQuota: 100_000 });
t.teardown(() => simulator.close());
const { world } = simulator;
const homeZone = 'eu-west-1a';

/** Of a block of 256 addresses: what is put into a subnet, or named in the configuration. */
const host = fc.nat(255);
const span = fc.tuple(host, host).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const subnet = fc.record({
  size: fc.integer({ min: 24, max: 28 }),
  zone: fc.constantFrom('eu-west-1a', 'eu-west-1a', 'eu-west-1b'),
  enis: fc.array(fc.record({ primary: host, secondary: fc.array(host, { maxLength: 3 }) }), {
    maxLength: 100,
    size: 'max',
  }),
  prefixes: fc.array(fc.nat(15), { maxLength: 6 }),
  reservations: fc.array(
    fc.record({
      size: fc.integer({ min: 26, max: 32 }),
      host,
      type: fc.constantFrom('explicit' as const, 'prefix' as const),
    }),
    { maxLength: 4 },
  ),
  within: fc.array(span, { maxLength: 2 }),
  /** Whether the reservations are entries of `within`. */
  isForWorkers: fc.boolean(),
  podRange: fc.array(span, { maxLength: 1 }),
});

type Given = typeof subnet extends fc.Arbitrary<infer T> ? T : never;

/** The last numbers of a part's first and last address. */
type Span = readonly [first: number, last: number];

/** The nth subnet of a VPC, with all of what is given that fits: what EC2 would refuse is left out. */
function build(world: World, vpcId: string, n: number, given: Given) {
  const block = `10.0.${n}`;
  const added = world.addSubnet({ vpcId, cidr: `${block}.0/${given.size}`, zone: given.zone });
  const address = (host: number) => `${block}.${host}`;
  const subnetId = added.id;
  for (const { primary, secondary } of given.enis) {
    unlessRefused(() =>
      world.addEni({ subnetId, address: address(primary), secondary: secondary.map(address) }),
    );
  }
  for (const n of given.prefixes) {
    unlessRefused(() => world.addEni({ subnetId, prefixes: [`${address(n * 16)}/28`] }));
  }
  const reservations = given.reservations.map(({ size, host, type }) => {
    const first = host - (host % 2 ** (32 - size));
    return { cidr: `${address(first)}/${size}`, type };
  });
  for (const each of reservations) {
    unlessRefused(() => world.addReservation({ subnetId, ...each }));
  }
  const ranges = (spans: readonly Span[]) =>
    spans.map(([first, last]) => `${address(first)}-${address(last)}`);
  const forWorkers = given.isForWorkers ? reservations.map(({ cidr }) => cidr) : [];
  const within = [...ranges(given.within), ...forWorkers];
  const spans = [...given.within, ...forWorkers.map(hostsOf)];
  return { given, subnet: added, block, within, spans, podRange: ranges(given.podRange) };
}

type Built = ReturnType<typeof build>;

function unlessRefused(add: () => unknown): void {
  try {
    add();
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
  }
}

/** The last numbers of the free addresses, lowest first: by walking the subnet, and asking of each whose it is. */
function freeHosts({ given, subnet, spans }: Built, isBounded: boolean): number[] {
  const end = 2 ** (32 - given.size) - 1;
  const all = Array.from({ length: end + 1 }, (_, host) => host);
  const isIn = (host: number) => (span: Span) => span[0] <= host && host <= span[1];
  const closed = [...subnet.pool.reservations.values()]
    .map(({ cidr, type }) => ({ type, span: hostsOf(cidr) }))
    .filter(
      ({ type, span }) =>
        type === 'prefix' || !spans.some(([first, last]) => first === span[0] && last === span[1]),
    )
    .map(({ span }) => span);
  return all.filter(
    (host) =>
      host > 3 &&
      host !== end &&
      !isHeld(subnet, host) &&
      !closed.some(isIn(host)) &&
      (!isBounded || spans.some(isIn(host))) &&
      !given.podRange.some(isIn(host)),
  );
}

function isHeld({ id, cidr }: Subnet, host: number): boolean {
  const address = cidr?.replace(/\d+\/\d+$/, String(host)) ?? '';
  return world.enis.some(
    ({ subnetId, addresses, prefixes }) =>
      subnetId === id &&
      (addresses.includes(address) ||
        prefixes.some((prefix) => hostsOf(prefix)[0] <= host && host <= hostsOf(prefix)[1])),
  );
}

function isReserved({ subnet }: Built, { subnetId, addresses: [address = ''] }: Eni): boolean {
  const host = Number(address.split('.')[3]);
  return (
    subnetId === subnet.id &&
    [...subnet.pool.reservations.values()]
      .map(({ cidr }) => hostsOf(cidr))
      .some(([first, last]) => first <= host && host <= last)
  );
}

/** The last numbers of a block's first and last address. */
function hostsOf(cidr: string): Span {
  const [, first = 0, size = 32] = /\.(\d+)\/(\d+)$/.exec(cidr)?.map(Number) ?? [];
  return [first, first + 2 ** (32 - size) - 1];
}

/** The addresses for interfaces that all list these subnets; undefined if there are not enough. */
function expected(subnets: readonly Built[], count: number): string[] | undefined {
  const inZone = subnets.filter(({ given }) => given.zone === homeZone);
  const isBounded = subnets.some(({ within }) => within.length > 0);
  const left = inZone.map((each) => ({ block: each.block, free: freeHosts(each, isBounded) }));
  const addresses: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const most = Math.max(...left.map(({ free }) => free.length));
    const fullest = left.find(({ free }) => free.length === most);
    const lowest = fullest?.free.shift();
    if (fullest === undefined || lowest === undefined) {
      return undefined;
    }
    addresses.push(`${fullest.block}.${lowest}`);
  }
  return addresses;
}

/** Whether `within` has an entry for each subnet of the node's zone, or no entries at all: else it is an error. */
function isValid(subnets: readonly Built[]): boolean {
  const inZone = subnets.filter(({ given }) => given.zone === homeZone);
  const covered = inZone.filter(({ given, spans }) =>
    spans.some(([first]) => first < 2 ** (32 - given.size)),
  );
  return (
    inZone.length > 0 &&
    (subnets.every(({ within }) => within.length === 0) || covered.length === inZone.length)
  );
}

t.test('the address claimed is the lowest that is free', async (t) => {
  let claimed = 0;
  let inReservation = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(subnet, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 3 }),
      async (given, count) => {
        const vpcId = world.addVpc({ cidr: '10.0.0.0/16' }).id;
        const subnets = given.map((each, n) => build(world, vpcId, n, each));
        fc.pre(isValid(subnets));
        const wanted = expected(subnets, count);
        const ipv4 = {
          mode: 'FirstFree' as const,
          within: subnets.flatMap(({ within }) => within),
          podRange: subnets.flatMap(({ podRange }) => podRange),
        };
        const group = world.addSecurityGroup({ vpcId });
        const home = world.addSubnet({ vpcId, cidr: '10.0.255.0/24', zone: homeZone });
        const interfaces = Array.from({ length: count }, (_, n) => ({
          name: `eth${n + 1}`,
          subnets: subnets.map((each) => each.subnet.id),
          securityGroups: [group.id],
          ipv4,
        }));
        const request = { type: 'm5.xlarge', subnetId: home.id };
        const { look } = await launchClaimer(simulator, request, nodeConfig(...interfaces));
        const claim = await look().catch((error: unknown) => {
          if (error instanceof Failure && error.exitCode === 5) {
            return undefined;
          }
          throw error;
        });
        const enis = await claim?.();
        deepEqual(
          enis?.map(({ addresses: [address] }) => address),
          wanted,
        );
        claimed += Number(enis !== undefined);
        inReservation += Number(subnets.some((each) => enis?.some((eni) => isReserved(each, eni))));
      },
    ),
    { numRuns: 100 },
  );
  t.ok(claimed > 30, `${claimed} of 100 worlds had room`);
  t.ok(inReservation > 0, `${inReservation} claimed in a reservation for the workers`);
});
