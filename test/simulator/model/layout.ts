import { contains, overlap, parseCidr, type Range } from './ipv4.ts';
import type { Subnet, Vpc } from './records.ts';

/** The range of a CIDR that a VPC or a subnet may have: /16 to /28. Throws for any other. */
export function networkRange(cidr: string): Range {
  const range = parseCidr(cidr);
  if (range === undefined) {
    throw new Error(`not a CIDR: ${cidr}`);
  }
  const size = range.last - range.first + 1n;
  if (size > 2n ** 16n || size < 2n ** 4n) {
    throw new Error(`not between /16 and /28: ${cidr}`);
  }
  return range;
}

/** The range of a new subnet's CIDR. Throws unless it lies in the VPC, and apart from the VPC's other subnets. */
export function subnetRange(vpc: Vpc, others: Iterable<Subnet>, cidr: string): Range {
  const range = networkRange(cidr);
  const whole = networkRange(vpc.cidr);
  if (!contains(whole, range.first) || !contains(whole, range.last)) {
    throw new Error(`${cidr} is not within ${vpc.cidr} of ${vpc.id}`);
  }
  for (const other of others) {
    if (other.vpcId === vpc.id && overlap(other.pool.range, range)) {
      throw new Error(`${cidr} overlaps with ${other.cidr} of ${other.id}`);
    }
  }
  return range;
}
