import { ApiError, invalidParameter } from './api-error.ts';
import { refuseForeign } from './enis.ts';
import { kindOf, notFound } from './ids.ts';
import type { Instance, Tags } from './records.ts';
import type { World } from './world.ts';

/** Throws if a call may not give these tags. */
export function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    checkKey(key);
    if (value.length > 256) {
      throw invalidParameter(`Tag value exceeds the maximum length of 256 characters ('${value}')`);
    }
  }
  checkCount(tags);
}

function checkKey(key: string): void {
  if (key.length === 0 || key.length > 128) {
    throw invalidParameter(`Tag key exceeds the maximum length of 128 characters ('${key}')`);
  }
  if (isReserved(key)) {
    throw invalidParameter(`Tag keys starting with 'aws:' are reserved for internal use`);
  }
}

/** AWS's own tags count no more than they can be touched. */
function checkCount(tags: Tags): void {
  const own = Object.keys(tags).filter((key) => !isReserved(key));
  if (own.length > 50) {
    throw new ApiError('TagLimitExceeded', 'More than 50 tags specified');
  }
}

function isReserved(key: string): boolean {
  return key.toLowerCase().startsWith('aws:');
}

/** Gives all of these resources the tags, or none. */
export function addTags(world: World, ids: readonly string[], added: Tags): void {
  checkTags(added);
  retag(world, ids, (tags) => ({ ...tags, ...added }));
}

/** Takes tags from all of these resources, or from none; without `gone`, all that are not AWS's own. */
export function removeTags(
  world: World,
  ids: readonly string[],
  gone: readonly { key: string; value: string | undefined }[],
): void {
  for (const { key } of gone) {
    checkKey(key);
  }
  const goes = (key: string, value: string) =>
    gone.length === 0
      ? !isReserved(key)
      : gone.some((tag) => tag.key === key && (tag.value === undefined || tag.value === value));
  retag(world, ids, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key, value]) => !goes(key, value))),
  );
}

function retag(world: World, ids: readonly string[], change: (tags: Tags) => Tags): void {
  const writes = [...new Set(ids)].map((id) => {
    const { tags, check, write } = taggable(world, id);
    const changed = change(tags);
    checkCount(changed);
    check?.(changed);
    return () => write(changed);
  });
  for (const write of writes) {
    write();
  }
}

interface Taggable {
  tags: Tags;
  /** Throws if it may not have these tags. */
  check?: (tags: Tags) => void;
  write: (tags: Tags) => void;
}

function taggable(world: World, id: string): Taggable {
  const kind = kindOf(id);
  if (kind === undefined || kind === 'eni-attach' || kind === 'scr') {
    throw new ApiError('InvalidID', `The ID '${id}' is not valid`);
  }
  const find = {
    eni: () => taggableEni(world, id),
    i: () => taggableInstance(world, id),
    subnet: () => taggableIn(world.subnets, id),
    sg: () => taggableIn(world.securityGroups, id),
    vpc: () => taggableIn(world.vpcs, id),
  };
  const found = find[kind]();
  if (found === undefined) {
    throw notFound(kind, id);
  }
  return found;
}

function taggableEni(world: World, id: string): Taggable | undefined {
  const eni = world.store.findEni(id);
  if (eni === undefined || world.store.visibleEni(id) === undefined) {
    return undefined;
  }
  refuseForeign(eni);
  return { tags: eni.tags, write: (tags) => world.store.setEni({ ...eni, tags }) };
}

function taggableInstance(world: World, id: string): Taggable | undefined {
  const instance = world.instances.get(id);
  const write = (tags: Tags) => instance && world.instances.set(id, { ...instance, tags });
  return instance && { tags: instance.tags, check: (tags) => checkMetadataTags(instance, tags), write };
}

/** A key that IMDS shows is the last part of a path: throws for one that cannot be. */
export function checkMetadataTags({ metadataTags }: Instance, tags: Tags): void {
  const unfit = Object.keys(tags).find(
    (key) => !/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) || ['.', '..', '_index'].includes(key),
  );
  if (metadataTags && unfit !== undefined) {
    throw invalidParameter(
      `'${unfit}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), ` +
        "and must not be a reserved name ('.', '..', '_index')",
    );
  }
}

function taggableIn<T extends { tags: Tags }>(kind: Map<string, T>, id: string): Taggable | undefined {
  const resource = kind.get(id);
  return resource && { tags: resource.tags, write: (tags) => kind.set(id, { ...resource, tags }) };
}
