import type { Eni, Reservation, Subnet } from './facts.ts';
import { intersect, isIpv6, merge, parseRange, type Range, subtract } from './range.ts';

/** What an interface's configuration says of the addresses of one IP version that may be claimed for it. */
export interface Bounds {
  within: readonly string[];
  podRange: readonly string[];
  /** Addresses that are to move from ENI to ENI, as only secondary ones can. */
  nodePort?: readonly string[];
}

export type IpVersion = 'ipv4' | 'ipv6';

/** The subnet's CIDRs of that IP version: one of IPv4 at most, any number of IPv6. */
export function cidrsOf({ cidr, ipv6Cidrs }: Subnet, version: IpVersion): string[] {
  if (version === 'ipv6') {
    return ipv6Cidrs;
  }
  return cidr === undefined ? [] : [cidr];
}

/**
 * EC2 keeps the first four addresses and the last of every CIDR of a subnet, of IPv6 too, whatever its size (VPC
 * user guide, "Subnet CIDR blocks").
 */
export function reserved(cidr: Range): Range[] {
  return [
    { first: cidr.first, last: cidr.first + 3n },
    { first: cidr.last, last: cidr.last },
  ];
}

/** The part of the CIDRs in which workers may claim: `within` cut to them, all of it if there is none. */
export function workersPart(cidrs: readonly string[], within: readonly string[]): Range[] {
  const whole = merge(cidrs.map(parseRange));
  return within.length === 0 ? whole : intersect(whole, within.map(parseRange));
}

/** The addresses that the ENIs hold: primary, secondary and delegated prefixes, whoever owns the ENI. */
export function held(enis: readonly Eni[]): Range[] {
  return enis.flatMap(heldBy);
}

/** Reading addresses is most of a plan's work where tens of thousands are in use: once for all interfaces. */
const known = new WeakMap<Eni, Range[]>();

function heldBy(eni: Eni): Range[] {
  const ranges = known.get(eni) ?? [...eni.addresses, ...eni.ipv6Addresses, ...eni.prefixes].map(parseRange);
  known.set(eni, ranges);
  return ranges;
}

/**
 * The reservations out of which a first-free claim must stay: all of the subnet's, since naming an address in an
 * explicit one is allowed. But an explicit one whose CIDR is itself an entry of `within` was made for the workers.
 */
export function closedTo(
  subnetId: string,
  reservations: readonly Reservation[],
  within: readonly string[],
): Range[] {
  const entries = within.map(parseRange);
  return reservations
    .filter((each) => each.subnetId === subnetId)
    .map(({ cidr, type }) => ({ range: parseRange(cidr), type }))
    .filter(({ range, type }) => type === 'prefix' || !entries.some((entry) => isSame(entry, range)))
    .map(({ range }) => range);
}

function isSame(a: Range, b: Range): boolean {
  return a.first === b.first && a.last === b.last;
}

/**
 * The addresses of the subnet's CIDRs of that IP version that are the workers', merged and in order, be they free or
 * not: less what EC2 reserves, less CIDR reservations; inside `within`, outside `podRange`, and none of `nodePort`.
 */
export function claimable(
  subnet: Subnet,
  version: IpVersion,
  reservations: readonly Reservation[],
  { within, podRange, nodePort = [] }: Bounds,
): Range[] {
  const cidrs = cidrsOf(subnet, version);
  return subtract(workersPart(cidrs, within), [
    ...cidrs.flatMap((cidr) => reserved(parseRange(cidr))),
    ...closedTo(subnet.id, reservations, within),
    ...podRange.map(parseRange),
    ...nodePort.map(parseRange),
  ]);
}

/** Those of them that no ENI holds. */
export function freeRanges(
  subnet: Subnet,
  version: IpVersion,
  enis: readonly Eni[],
  reservations: readonly Reservation[],
  bounds: Bounds,
): Range[] {
  return subtract(
    claimable(subnet, version, reservations, bounds),
    held(enis.filter((eni) => eni.subnetId === subnet.id)),
  );
}

/** The IP version of an address, a CIDR or a range. */
export function versionOf(text: string): IpVersion {
  return isIpv6(text) ? 'ipv6' : 'ipv4';
}
