import type { Eni, Reservation, Subnet } from './facts.ts';
import { type Bounds, cidrsOf, claimable, held, type IpVersion } from './free.ts';
import { intersect, merge, parseRange, type Range, size, subtract } from './range.ts';

/** What is left of the workers' part of a subnet. */
export interface Crowding {
  /** How many addresses of the part are free. */
  free: bigint;
  /** How many there are, held and free. */
  total: bigint;
  /** The last one. */
  end: bigint;
}

/**
 * Tells when workers come to the end of their part: when at most a tenth of its addresses is free. Claims take the
 * lowest first, so what is free is what lies before that end, and an ENI that is high up by itself is no sign.
 * Undefined while there is room, and where the configuration sets no part of the subnet apart.
 *
 * @param planned addresses that are about to be claimed
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
  const inSubnet = enis.filter((eni) => eni.subnetId === subnet.id);
  const free = size(subtract(part, [...held(inSubnet), ...planned]));
  const total = size(part);
  return end === undefined || free * 10n > total ? undefined : { free, total, end };
}

/**
 * What workers may claim of `within`; without it, of what comes before the pods: before the last part of `podRange`,
 * or, where that leaves nothing, behind it.
 */
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
  const cidrs = merge(cidrsOf(subnet, version).map(parseRange));
  const pods = intersect(cidrs, bounds.podRange.map(parseRange)).at(-1);
  if (pods === undefined) {
    return [];
  }
  const before = intersect(part, [{ first: 0n, last: pods.first }]);
  return before.length > 0 ? before : part;
}
