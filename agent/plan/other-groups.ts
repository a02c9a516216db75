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

/** Who else is after the free addresses of one IP version in a subnet. */
export interface Queue {
  /** What nodes of the group, launched before this one, have yet to claim there: the first addresses are theirs. */
  ahead: readonly Claim[];
  /** Who else was launched with this node, and may turn out to claim there. */
  others: readonly OtherGroup[];
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

/** Who is ahead by a subnet's ENIs as they are now: of the other groups, too, those that are seen to claim there. */
export function queueNow({ ahead, others }: Queue, enis: readonly Eni[]): Queue {
  const owners = new Set(enis.map(({ tags }) => tags[tagKeys.instanceId]));
  const isRival = ({ instanceIds }: OtherGroup) => instanceIds.some((id) => owners.has(id));
  const rivals = others.filter(isRival);
  return {
    ahead: stillAhead([...ahead, ...rivals.flatMap(({ claims }) => claims)], enis),
    others: others.filter((each) => !isRival(each)),
  };
}
