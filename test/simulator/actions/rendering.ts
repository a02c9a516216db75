import type { Answer } from '../http/xml.ts';
import type { Tags } from '../model/records.ts';
import type { World } from '../model/world.ts';

export function tagSet(tags: Tags): Answer {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** AWS names a zone differently in each account, and gives it an id that is the same in all. */
export function zoneId(zone: string): string {
  const [, area = '', direction = '', number = '', letter = ''] =
    /^([a-z]+(?:-gov)?)-([a-z]+)-(\d)([a-z])$/.exec(zone) ?? [];
  const short = direction.replace(/north|south|east|west|central/g, (word) => word.charAt(0));
  return `${area.replace('-gov', 'g')}${short}${number}-az${letter.charCodeAt(0) - 96}`;
}

export function securityGroupSet(world: World, ids: readonly string[]): Answer {
  return ids.map((groupId) => ({ groupId, groupName: world.securityGroups.get(groupId)?.name ?? groupId }));
}

export function privateDnsName(address: string): string {
  return `ip-${address.replaceAll('.', '-')}.ec2.internal`;
}
