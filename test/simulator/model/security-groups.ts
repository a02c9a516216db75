import { ApiError, invalidParameter } from './api-error.ts';
import { notFound } from './ids.ts';
import type { World } from './world.ts';

/** Those groups, or the VPC's default one for none; all must be of this VPC. */
export function groupsIn(world: World, vpcId: string, ids: readonly string[]): string[] {
  if (ids.length === 0) {
    const all = [...world.securityGroups.values()];
    return all.filter((group) => group.vpcId === vpcId && group.name === 'default').map((group) => group.id);
  }
  for (const id of ids) {
    const group = world.securityGroups.get(id);
    if (group === undefined) {
      throw notFound('sg', id);
    }
    if (group.vpcId !== vpcId) {
      throw invalidParameter(
        `You have specified two resources that belong to different networks. (group ${id}, VPC ${vpcId})`,
      );
    }
  }
  if (ids.length > world.settings.groupsPerEni) {
    throw new ApiError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      'The maximum number of security groups per interface has been reached.',
    );
  }
  return [...new Set(ids)];
}
