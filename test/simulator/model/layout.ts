import { type Family, ipv4, ipv6, lengthOf, overlap, parseCidr, type Range, within } from './ip.ts';
import type { Subnet, Vpc } from './records.ts';

/** The range of a CIDR that a VPC or a subnet may have: IPv4 from /16 to /28. Throws for any other. */
export function networkRange(cidr: string): Range {
  return rangeOfLength(cidr, ipv4, 16, 28, 1);
}

/** The range of an IPv6 CIDR that a VPC may have: /44 to /60, in steps of 4. Throws for any other. */
export function vpcIpv6Range(cidr: string): Range {
  return rangeOfLength(cidr, ipv6, 44, 60, 4);
}

function rangeOfLength(cidr: string, family: Family, least: number, most: number, step: number): Range {
  const range = parseCidr(cidr, family);
  if (range === undefined) {
    throw new Error(`not a CIDR: ${cidr}`);
  }
  const length = lengthOf(range, family);
  if (length < least || length > most || length % step !== 0) {
    throw new Error(`not between /${least} and /${most}${step > 1 ? ` in steps of ${step}` : ''}: ${cidr}`);
  }
  return range;
}

/** The range of a new subnet's CIDR. Throws unless it lies in the VPC, and apart from the VPC's other subnets. */
export function subnetRange(vpc: Vpc, others: Iterable<Subnet>, cidr: string): Range {
  const range = networkRange(cidr);
  refuseOutside(vpc, cidr, range, vpc.cidr, networkRange(vpc.cidr));
  for (const other of others) {
    if (other.vpcId === vpc.id && other.pool.ranges.some((each) => overlap(each, range))) {
      throw new Error(`${cidr} overlaps with ${other.cidr} of ${other.id}`);
    }
  }
  return range;
}

/** The same for an IPv6 CIDR, /44 to /64 in steps of 4; only those in use by other subnets are in the way. */
export function subnetIpv6Range(vpc: Vpc, others: Iterable<Subnet>, cidr: string): Range {
  const range = rangeOfLength(cidr, ipv6, 44, 64, 4);
  if (vpc.ipv6 === undefined) {
    throw new Error(`${vpc.id} has no IPv6 CIDR: ${cidr}`);
  }
  refuseOutside(vpc, cidr, range, vpc.ipv6.cidr, vpcIpv6Range(vpc.ipv6.cidr));
  for (const other of others) {
    if (other.vpcId === vpc.id && other.ipv6Pool.ranges.some((each) => overlap(each, range))) {
      throw new Error(`${cidr} overlaps with an IPv6 CIDR of ${other.id}`);
    }
  }
  return range;
}

function refuseOutside(vpc: Vpc, cidr: string, range: Range, wholeCidr: string, whole: Range): void {
  if (!within(whole, range)) {
    throw new Error(`${cidr} is not within ${wholeCidr} of ${vpc.id}`);
  }
}
