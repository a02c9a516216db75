import type { Action } from '../api/action.ts';
import { filterPredicate } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { type Params, requiredText, structures, text, texts } from '../api/params.ts';
import { ApiError, invalidParameter } from '../model/api-error.ts';
import type { Tags } from '../model/records.ts';
import { addTags, removeTags } from '../model/tags.ts';

/** The tags that a create call gives to what it makes; other resource types are refused. */
export function tagSpecification(params: Params, resourceType: string): Tags {
  const pairs = structures(params, 'TagSpecification').flatMap((specification) => {
    const type = requiredText(specification, 'ResourceType');
    if (type !== resourceType) {
      throw invalidParameter(`'${type}' is not a valid taggable resource type`);
    }
    const tags = tagPairs(specification);
    if (tags.length === 0) {
      throw new ApiError('InvalidParameter', 'Tag specification must have at least one tag');
    }
    return tags;
  });
  return fromPairs(pairs);
}

function tagPairs(params: Params): { key: string; value: string | undefined }[] {
  return structures(params, 'Tag').map((tag) => ({
    key: requiredText(tag, 'Key'),
    value: text(tag, 'Value'),
  }));
}

function fromPairs(pairs: { key: string; value: string | undefined }[]): Tags {
  const tags = Object.fromEntries(pairs.map(({ key, value }) => [key, value ?? '']));
  if (Object.keys(tags).length < pairs.length) {
    throw invalidParameter('Duplicate tag keys found');
  }
  return tags;
}

export const createTags: Action = {
  parameters: ['ResourceId', 'Tag'],
  required: ['ResourceId', 'Tag'],
  resource: () => '*/*',
  run(world, params) {
    addTags(world, texts(params, 'ResourceId'), fromPairs(tagPairs(params)));
    return { return: true };
  },
};

export const deleteTags: Action = {
  parameters: ['ResourceId', 'Tag'],
  required: ['ResourceId'],
  resource: () => '*/*',
  run(world, params) {
    removeTags(world, texts(params, 'ResourceId'), tagPairs(params));
    return { return: true };
  },
};

export const describeTags: Action = {
  parameters: ['Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const kinds = [
      ['network-interface', world.store.visibleEnis()],
      ['instance', [...world.instances.values()]],
      ['subnet', [...world.subnets.values()]],
      ['security-group', [...world.securityGroups.values()]],
      ['vpc', [...world.vpcs.values()]],
    ] as const;
    const all = kinds.flatMap(([resourceType, resources]) =>
      resources.flatMap((resource) =>
        Object.entries(resource.tags).map(([key, value]) => ({
          id: `${resource.id} ${key}`,
          resourceId: resource.id,
          resourceType,
          key,
          value,
          tags: { [key]: value },
        })),
      ),
    );
    const matches = filterPredicate<(typeof all)[number]>(params, {
      key: (tag) => [tag.key],
      value: (tag) => [tag.value],
      'resource-id': (tag) => [tag.resourceId],
      'resource-type': (tag) => [tag.resourceType],
    });
    const { items, nextToken } = page(() => all.filter(matches), params, {
      minimum: 5,
      maximum: 1000,
      ids: '',
    });
    return {
      tagSet: items.map(({ resourceId, resourceType, key, value }) => ({
        resourceId,
        resourceType,
        key,
        value,
      })),
      nextToken,
    };
  },
};
