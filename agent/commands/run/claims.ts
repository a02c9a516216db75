import { parseRange, type Range } from '../../claim/range.ts';

/**
 * The addresses that this run has tried to claim, by subnet: those that it holds, those that are on their way,
 * and those that EC2 refused. None is tried twice, whatever a listing shows: in a shared VPC other accounts'
 * ENIs do not appear in listings, and this node's interfaces may share a subnet.
 */
export interface Claims {
  tried(subnetId: string): readonly Range[];
  add(subnetId: string, address: string): void;
  /** One that a create named in vain for the sake of another may be tried again. */
  release(subnetId: string, address: string): void;
  /** ENIs made beforehand that this node's interfaces are trying to attach, or have: not for two of them. */
  enis: Set<string>;
  /** When other nodes were found to have taken such ENIs, in ms of the clock, by ENI. */
  lostAt: Map<string, number>;
}

/** None tried yet: one for each run. */
export function createClaims(): Claims {
  const bySubnet = new Map<string, Set<string>>();
  return {
    tried: (subnetId) => [...(bySubnet.get(subnetId) ?? [])].map(parseRange),
    add(subnetId, address) {
      bySubnet.set(subnetId, (bySubnet.get(subnetId) ?? new Set()).add(address));
    },
    release(subnetId, address) {
      bySubnet.get(subnetId)?.delete(address);
    },
    enis: new Set(),
    lostAt: new Map(),
  };
}
