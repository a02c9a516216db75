import { ApiError } from './api-error.ts';
import { notFound } from './ids.ts';
import type { Subnet } from './records.ts';
import type { World } from './world.ts';

/** Those groups, or the VPC's default one for none; all must be of this VPC. */
export function groupsIn(
  world: World,
  subnet: Pick<Subnet, 'id' | 'vpcId'>,
  ids: readonly string[],
): string[] {
  if (ids.length === 0) {
    const all = [...world.securityGroups.values()];
    return all
      .filter((group) => group.vpcId === subnet.vpcId && group.name === 'default')
      .map((group) => group.id);
  }
  for (const id of ids) {
    const group = world.securityGroups.get(id);
    if (group === undefined) {
      throw notFound('sg', id);
    }
    if (group.vpcId !== subnet.vpcId) {
      throw new ApiError(
        'InvalidParameter',
        `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
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
