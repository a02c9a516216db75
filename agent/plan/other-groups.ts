import type { Eni, Launch } from '../claim/facts.ts';
import { type Claim, isBefore, launchedBefore, stillAhead, taggedGroupOf } from './contenders.ts';
import type { Observation } from './observation.ts';
import { tagKeys } from './tags.ts';

/** Instances that were launched with this one and are not of its group: they may claim here too, or want nothing here. */
export interface OtherGroup {
  instanceIds: readonly string[];
  /** What those of them that were launched before this one would claim. */
  claims: readonly Claim[];
}

/** The other groups in this node's zone; those without a group's tag are one. */
export function otherGroups(
  { launches, instance }: Pick<Observation, 'launches' | 'instance'>,
  names: readonly string[],
): OtherGroup[] {
  const own = launches.find((each) => each.instanceId === instance.instanceId);
  if (own === undefined) {
    return [];
  }
  const before = launchedBefore(launches, own.instanceId);
  const others = launches.filter((each) => each !== own && each.zone === own.zone && !before.includes(each));
  const groups = Map.groupBy(others, (each) => taggedGroupOf(each) ?? '');
  return [...groups.values()].map((members) => ({
    instanceIds: members.map(({ instanceId }) => instanceId),
    claims: members.filter((each) => isBefore(each, own)).flatMap((each) => claimsOf(each, names)),
  }));
}

function claimsOf({ instanceId }: Launch, names: readonly string[]): Claim[] {
  return names.map((name) => ({ instanceId, interface: name }));
}

/**
 * Who is ahead in a subnet, by its ENIs as they are now: of the other groups those that are seen to claim here. The
 * rest of them stay what they are.
 */
export function aheadNow(
  ahead: readonly Claim[],
  others: readonly OtherGroup[],
  enis: readonly Eni[],
): { ahead: Claim[]; others: OtherGroup[] } {
  const owners = new Set(enis.map(({ tags }) => tags[tagKeys.instanceId]));
  const isRival = ({ instanceIds }: OtherGroup) => instanceIds.some((id) => owners.has(id));
  const rivals = others.filter(isRival);
  return {
    ahead: stillAhead([...ahead, ...rivals.flatMap(({ claims }) => claims)], enis),
    others: others.filter((each) => !isRival(each)),
  };
}
