import type { Eni, Reservation, Subnet } from '../../claim/facts.ts';
import { type Bounds, closedTo, reserved, versionOf } from '../../claim/free.ts';
import { intersect, parseRange, type Range, subtract } from '../../claim/range.ts';
import { carriedBy, isMade, tagKeys } from '../../plan/tags.ts';
import { type Kind, kinds } from './kinds.ts';

/** Adjacent addresses of one kind. */
export interface Run extends Range {
  kind: Kind;
}

/** What is known of a subnet, as EC2 tells it. */
export interface SubnetUse {
  subnet: Subnet;
  /** Those of this subnet. */
  enis: readonly Eni[];
  /** Likewise. */
  reservations: readonly Reservation[];
}

/**
 * Every address of one of the subnet's CIDRs, in order, as runs of one kind; O(n log n) in what EC2 lists, whatever
 * the size of the CIDR.
 *
 * @param bounds of the CIDR's IP version
 * @param instanceId this node, undefined where there is none
 */
export function classify(
  cidr: string,
  use: SubnetUse,
  bounds: Bounds,
  instanceId: string | undefined,
): Run[] {
  const layers = layersOf(cidr, use, bounds, instanceId);
  const runs: Run[] = [];
  let rest: Range[] = [parseRange(cidr)];
  for (const kind of kinds) {
    runs.push(...intersect(rest, layers[kind]).map((range) => ({ ...range, kind })));
    rest = subtract(rest, layers[kind]);
  }
  return runs.sort((a, b) => (a.first < b.first ? -1 : 1));
}

function layersOf(
  cidr: string,
  { subnet, enis, reservations }: SubnetUse,
  { within, podRange, nodePort = [] }: Bounds,
  instanceId: string | undefined,
): Record<Kind, readonly Range[]> {
  const whole = parseRange(cidr);
  const version = versionOf(cidr);
  const sameVersion = (texts: readonly string[]) => texts.filter((text) => versionOf(text) === version);
  const addressesOf = (eni: Eni) => (version === 'ipv4' ? eni.addresses : eni.ipv6Addresses);
  const forNodePort = new Set(
    [...nodePort, ...enis.flatMap(carriedBy)].filter((each) => versionOf(each) === version),
  );
  const moves = (address: string) => forNodePort.has(address);
  // EC2 keeps no order among an ENI's IPv6 addresses.
  const primaryOf = (eni: Eni) =>
    version === 'ipv4' ? eni.addresses[0] : eni.ipv6Addresses.find((each) => !moves(each));
  const primaries = (of: readonly Eni[]) =>
    of.map(primaryOf).flatMap((each) => (each === undefined ? [] : [parseRange(each)]));
  const secondaries = enis.flatMap((eni) => addressesOf(eni).filter((each) => each !== primaryOf(eni)));
  const ours = enis.filter(isWorkers);
  const type = (wanted: Reservation['type']) =>
    reservations.filter((each) => each.type === wanted && versionOf(each.cidr) === version);
  return {
    mine: primaries(ours.filter((eni) => eni.tags[tagKeys.instanceId] === instanceId)),
    ours: primaries(ours),
    other: primaries(enis),
    nodePort: secondaries.filter(moves).map(parseRange),
    secondary: secondaries.map(parseRange),
    prefix: enis.flatMap((eni) => sameVersion(eni.prefixes).map(parseRange)),
    reserved: reserved(whole),
    explicit: closedTo(subnet.id, type('explicit'), within),
    prefixReservation: closedTo(subnet.id, type('prefix'), within),
    forNodePort: [...forNodePort].map(parseRange),
    podRange: podRange.map(parseRange),
    within: within.map(parseRange),
    free: [whole],
  };
}

/** Whether the agent made or claimed the ENI, on whatever node. */
function isWorkers(eni: Eni): boolean {
  const { instanceId, existing } = tagKeys;
  return eni.tags[instanceId] !== undefined && (isMade(eni) || eni.tags[existing] === 'true');
}

/** How many addresses of each kind there are. */
export function countKinds(runs: readonly Run[]): Map<Kind, bigint> {
  const counts = new Map<Kind, bigint>();
  for (const { kind, first, last } of runs) {
    counts.set(kind, (counts.get(kind) ?? 0n) + (last - first + 1n));
  }
  return counts;
}
