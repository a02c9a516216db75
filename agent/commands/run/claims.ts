import { parseRange, type Range } from '../../claim/range.ts';

/**
 * The addresses that this run has tried to claim, by subnet: those that it holds, those that are on their way,
 * and those that EC2 refused. None is tried twice, whatever a listing shows: in a shared VPC other accounts'
 * ENIs do not appear in listings, and this node's interfaces may share a subnet.
 */
export interface Claims {
  tried(subnetId: string): readonly Range[];
  add(subnetId: string, address: string): void;
}

/** None tried yet: one for each run. */
export function createClaims(): Claims {
  const bySubnet = new Map<string, Range[]>();
  return {
    tried: (subnetId) => bySubnet.get(subnetId) ?? [],
    add(subnetId, address) {
      bySubnet.set(subnetId, [...(bySubnet.get(subnetId) ?? []), parseRange(address)]);
    },
  };
}
