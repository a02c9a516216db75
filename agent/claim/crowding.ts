import type { Eni, Reservation, Subnet } from './facts.ts';
import { type Bounds, cidrsOf, claimable, held, type IpVersion } from './free.ts';
import { intersect, merge, parseRange, type Range, size, subtract } from './range.ts';

/** How near workers have come to the end of their part of a subnet. */
export interface Crowding {
  /** The address that is near it: a worker's, or the next that is free. Undefined: none is free any more. */
  address: bigint | undefined;
  isFree: boolean;
  /** How many addresses of the part come after it. */
  left: bigint;
  /** How many are free in all. */
  free: bigint;
  /** How many there are, held and free. */
  total: bigint;
  /** The last one. */
  end: bigint;
}

/**
 * Tells when workers are about to run into the pods: when a worker's address is in the last tenth of the workers'
 * part, or when the next that is free would be. Undefined while there is room, and where the configuration sets no
 * part of the subnet apart.
 *
 * @param planned addresses that are about to be claimed: workers' too
 */
export function crowdingIn(
  subnet: Subnet,
  version: IpVersion,
  enis: readonly Eni[],
  reservations: readonly Reservation[],
  bounds: Bounds,
  planned: readonly Range[],
): Crowding | undefined {
  const part = partOf(subnet, version, reservations, bounds);
  const end = part.at(-1)?.last;
  if (end === undefined) {
    return undefined;
  }
  const inSubnet = enis.filter((eni) => eni.subnetId === subnet.id);
  const workers = intersect(part, [...inSubnet.flatMap((eni) => workerIn(part, eni, version)), ...planned]);
  const free = subtract(part, [...held(inSubnet), ...planned]);
  const total = size(part);
  const common = { free: size(free), total, end };
  const lastTenth = (total + 9n) / 10n;
  const after = (address: bigint) => size(intersect(part, [{ first: address + 1n, last: end }]));
  const highest = workers.at(-1)?.last;
  if (highest !== undefined && after(highest) < lastTenth) {
    return { ...common, address: highest, isFree: false, left: after(highest) };
  }
  const next = free[0]?.first;
  if (next === undefined) {
    return { ...common, address: undefined, isFree: false, left: 0n };
  }
  return after(next) < lastTenth ? { ...common, address: next, isFree: true, left: after(next) } : undefined;
}

/** What workers may claim of `within`, or of the subnet up to `podRange`. */
function partOf(
  subnet: Subnet,
  version: IpVersion,
  reservations: readonly Reservation[],
  bounds: Bounds,
): Range[] {
  const part = claimable(subnet, version, reservations, bounds);
  if (bounds.within.length > 0) {
    return part;
  }
  const whole = cidrsOf(subnet, version).map(parseRange);
  const [pods] = intersect(whole, bounds.podRange.map(parseRange));
  return pods === undefined ? [] : intersect(part, [{ first: 0n, last: pods.first }]);
}

/** A worker's own: its ENI's primary IPv4 address, or, since EC2 keeps no order among those of IPv6, the lowest. */
function workerIn(part: readonly Range[], eni: Eni, version: IpVersion): Range[] {
  const addresses = version === 'ipv4' ? eni.addresses.slice(0, 1) : eni.ipv6Addresses;
  const inPart = addresses
    .map(parseRange)
    .filter(({ first }) => part.some((range) => range.first <= first && first <= range.last));
  return merge(inPart)
    .slice(0, 1)
    .map(({ first }) => ({ first, last: first }));
}
