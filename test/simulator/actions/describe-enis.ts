import type { Action } from '../api/action.ts';
import { filterPredicate, soleFilterValue } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { type Params, structures, text, texts } from '../api/params.ts';
import { ApiError } from '../model/api-error.ts';
import { findAll } from '../model/ids.ts';
import type { Eni } from '../model/records.ts';
import type { World } from '../model/world.ts';
import { eniAnswer } from './eni-answer.ts';
import { eniFilters } from './eni-filters.ts';

export const describeNetworkInterfaces: Action = {
  parameters: ['NetworkInterfaceId', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const matches = filterPredicate(params, eniFilters(world));
    const rules = { minimum: 5, maximum: 1000, ids: 'NetworkInterfaceId' };
    const { items, nextToken } = page(() => candidates(world, params).filter(matches), params, rules);
    return { networkInterfaceSet: items.map((eni) => eniAnswer(world, eni)), nextToken };
  },
};

/** The filters with which EC2 lists a large account without pages. */
const narrow = ['group-id', 'mac-address', 'private-dns-name', 'private-ip-address', 'subnet-id', 'vpc-id'];

function isNarrow(params: Params): boolean {
  return structures(params, 'Filter').some((filter) => narrow.includes(text(filter, 'Name') ?? ''));
}

function candidates(world: World, params: Params): Eni[] {
  const ids = texts(params, 'NetworkInterfaceId');
  if (ids.length === 0) {
    const bounded = params['MaxResults'] !== undefined || isNarrow(params);
    if (!bounded && world.store.eniCount > world.settings.unpaginatedLimit) {
      throw new ApiError(
        'OperationNotPermitted',
        'The number of network interfaces is too large for a call without pagination: set MaxResults.',
      );
    }
    return world.store.visibleEnis(soleFilterValue(params, 'subnet-id'));
  }
  return findAll('eni', ids, (id) => world.store.visibleEni(id));
}
