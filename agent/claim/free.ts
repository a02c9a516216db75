import type { Eni, Reservation, Subnet } from './facts.ts';
import { intersect, merge, parseRange, type Range, subtract } from './range.ts';

/** What an interface's configuration says of the addresses that may be claimed for it. */
export interface Bounds {
  within: readonly string[];
  podRange: readonly string[];
}

/**
 * EC2 keeps the first four addresses and the last of every IPv4 subnet, whatever its size (VPC user guide,
 * "Subnet CIDR blocks").
 */
export function reserved(cidr: Range): Range[] {
  return [
    { first: cidr.first, last: cidr.first + 3n },
    { first: cidr.last, last: cidr.last },
  ];
}

/** The part of the subnet in which workers may claim: `within` cut to the subnet, all of it if there is none. */
export function workersPart(cidr: string, within: readonly string[]): Range[] {
  const subnet = [parseRange(cidr)];
  return within.length === 0 ? subnet : intersect(subnet, within.map(parseRange));
}

/** The addresses that the ENIs hold: primary, secondary and delegated prefixes, whoever owns the ENI. */
export function held(enis: readonly Eni[]): Range[] {
  return enis.flatMap((eni) => [...eni.addresses, ...eni.prefixes].map(parseRange));
}

/**
 * The addresses of the subnet that may be claimed, merged and in order: its CIDR, less what EC2 reserves,
 * less CIDR reservations of either kind (naming an address in an explicit one is allowed, so the claimer must
 * stay out by its own rule), less what any ENI holds; inside `within`, outside `podRange`.
 */
export function freeRanges(
  subnet: Subnet & { cidr: string },
  enis: readonly Eni[],
  reservations: readonly Reservation[],
  bounds: Bounds,
): Range[] {
  return subtract(
    workersPart(subnet.cidr, bounds.within),
    merge([
      ...reserved(parseRange(subnet.cidr)),
      ...held(enis.filter((eni) => eni.subnetId === subnet.id)),
      ...reservations.filter((each) => each.subnetId === subnet.id).map((each) => parseRange(each.cidr)),
      ...bounds.podRange.map(parseRange),
    ]),
  );
}
