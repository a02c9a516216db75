import type { Filter } from '@aws-sdk/client-ec2';
import { addressesPerQuery } from '../claim/candidates.ts';
import type { EniQuery } from './port.ts';

/** EC2's filters for a query; a query without anything would list the whole account, and is refused. */
export function eniFilters(query: EniQuery): Filter[] {
  if (query.addresses !== undefined) {
    if (!query.subnetIds?.length) {
      throw new RangeError('a query for addresses needs their subnet: the CIDRs of VPCs may overlap');
    }
    if (query.addresses.length > addressesPerQuery) {
      throw new RangeError(
        `a query is for ${addressesPerQuery} addresses at most, not ${query.addresses.length}`,
      );
    }
  }
  const filters = [
    filter('subnet-id', query.subnetIds),
    filter('availability-zone', query.zone === undefined ? undefined : [query.zone]),
    filter('addresses.private-ip-address', query.addresses),
    filter('attachment.instance-id', query.attachedTo === undefined ? undefined : [query.attachedTo]),
    filter('network-interface-id', query.ids),
    ...Object.entries(query.tags ?? {}).map(([key, value]) => filter(`tag:${key}`, [value])),
  ].filter((each) => each !== undefined);
  if (filters.length === 0) {
    throw new RangeError('a query for ENIs needs something to look for');
  }
  return filters;
}

/** `*` and `?` are EC2's wildcards: a value means itself. */
function filter(name: string, values: readonly string[] | undefined): Filter | undefined {
  return values && { Name: name, Values: values.map((value) => value.replace(/[*?\\]/g, '\\$&')) };
}
