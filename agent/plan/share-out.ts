import type { Subnet } from '../claim/facts.ts';
import { cidrsOf, type IpVersion, workersPart } from '../claim/free.ts';
import { intersect } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import { type Claim, claimsAhead } from './contenders.ts';
import type { Observation } from './observation.ts';
import { otherGroups, type Queue } from './other-groups.ts';
import { listedIds } from './subnet-selection.ts';

/** A claim of another node, and the subnet that it goes to. */
export interface Landed extends Claim {
  subnetId: string;
}

/**
 * Where the claims ahead go, by the rule by which this node's own do: one after the other to the subnet of their zone that
 * has the most room left then. Behind a listing that was cut, who has an ENI already is not known: none.
 *
 * @param created all interfaces of the configuration whose ENIs are created, here as on the nodes of the same group
 * @param roomIn how many ENIs like this one the subnet takes
 */
export function shareOut(
  created: readonly CreatedInterface[],
  seen: Observation,
  roomIn: (config: CreatedInterface, subnet: Subnet) => bigint,
): Landed[] {
  const names = created.map(({ name }) => name);
  const claims = seen.isCut ? [] : claimsAhead(seen, names);
  const landed: Landed[] = [];
  if (claims.length === 0) {
    return landed;
  }
  const left = new Map(
    created.map((config) => {
      const subnets = seen.subnets.filter(
        ({ id, zone }) => zone === seen.instance.zone && listedIds(config, seen.subnets).includes(id),
      );
      // What room there is matters only where there is a choice.
      const isOnly = subnets.length === 1;
      return [
        config.name,
        subnets.map((subnet) => ({ id: subnet.id, room: isOnly ? 1n : roomIn(config, subnet) })),
      ];
    }),
  );
  const taken = new Map<string, bigint>();
  for (const claim of claims) {
    const [first, ...more] = left.get(claim.interface) ?? [];
    const roomLeft = ({ id, room }: { id: string; room: bigint }) => room - (taken.get(id) ?? 0n);
    const best = first && more.reduce((a, b) => (roomLeft(b) > roomLeft(a) ? b : a), first);
    if (best !== undefined) {
      taken.set(best.id, (taken.get(best.id) ?? 0n) + 1n);
      landed.push({ ...claim, subnetId: best.id });
    }
  }
  return landed;
}

/** Who else is after the addresses of that IP version that the interface claims in the subnet. */
export function queueFor(
  config: CreatedInterface,
  subnet: Subnet,
  version: IpVersion,
  created: readonly CreatedInterface[],
  landed: readonly Landed[],
  seen: Observation,
): Queue {
  const names = created
    .filter((each) => listedIds(each, seen.subnets).includes(subnet.id))
    .filter((each) => contend(each, config, subnet, version))
    .map(({ name }) => name);
  return {
    ahead: landed.filter((each) => each.subnetId === subnet.id && names.includes(each.interface)),
    others: seen.isCut ? [] : otherGroups(seen, names),
  };
}

/** Whether both interfaces claim the first free addresses of the same part of the subnet. */
function contend(a: CreatedInterface, b: CreatedInterface, subnet: Subnet, version: IpVersion): boolean {
  const [one, other] = [a, b].map((each) => {
    const { mode, within } = each[version];
    return mode === 'FirstFree' ? workersPart(cidrsOf(subnet, version), within) : [];
  });
  return intersect(one ?? [], other ?? []).length > 0;
}
