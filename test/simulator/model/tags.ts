import { ApiError, invalidParameter } from './api-error.ts';
import { refuseForeign } from './enis.ts';
import type { Tags } from './records.ts';
import type { World } from './world.ts';

/** Throws if these tags together break a rule of EC2's. */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key.length === 0 || key.length > 128) {
      throw invalidParameter(`Tag key exceeds the maximum length of 128 characters ('${key}')`);
    }
    if (value.length > 256) {
      throw invalidParameter(`Tag value exceeds the maximum length of 256 characters ('${value}')`);
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalidParameter(`Tag keys starting with 'aws:' are reserved for internal use`);
    }
  }
  const own = Object.keys(tags).length;
  if (own > 50) throw new ApiError('TagLimitExceeded', 'More than 50 tags specified');
}

/** Changes the tags of any tagged resource, by its id. */
export function retag(world: World, resourceId: string, change: (tags: Tags) => Tags): void {
  const eni = world.store.findEni(resourceId);
  if (eni !== undefined && world.store.visibleEni(resourceId) !== undefined) {
    refuseForeign(eni);
    world.store.setEni({ ...eni, tags: checked(change(eni.tags)) });
    return;
  }
  const found =
    retagIn(world.instances, resourceId, change) ||
    retagIn(world.subnets, resourceId, change) ||
    retagIn(world.securityGroups, resourceId, change) ||
    retagIn(world.vpcs, resourceId, change);
  if (!found) throw new ApiError('InvalidID', `The ID '${resourceId}' is not valid`);
}

function retagIn<T extends { tags: Tags }>(
  kind: Map<string, T>,
  id: string,
  change: (tags: Tags) => Tags,
): boolean {
  const resource = kind.get(id);
  if (resource === undefined) return false;
  kind.set(id, { ...resource, tags: checked(change(resource.tags)) });
  return true;
}

function checked(tags: Tags): Tags {
  checkTags(tags);
  return tags;
}
