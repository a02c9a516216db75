import type { Answer } from '../http/xml.ts';
import type { Tags } from '../model/records.ts';
import type { World } from '../model/world.ts';

export function tagSet(tags: Tags): Answer {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function securityGroupSet(world: World, ids: readonly string[]): Answer {
  return ids.map((groupId) => ({ groupId, groupName: world.securityGroups.get(groupId)?.name ?? groupId }));
}
