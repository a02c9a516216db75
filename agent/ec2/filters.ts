import type { Filter } from '@aws-sdk/client-ec2';
import { addressesPerQuery } from '../claim/candidates.ts';
import { isIpv6 } from '../claim/range.ts';
import type { EniQuery, SubnetQuery } from './port.ts';

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
    filter('vpc-id', query.vpcId === undefined ? undefined : [query.vpcId]),
    filter('availability-zone', query.zone === undefined ? undefined : [query.zone]),
    filter(
      isIpv6(query.addresses?.[0] ?? '') ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address',
      query.addresses,
    ),
    filter('attachment.instance-id', query.attachedTo === undefined ? undefined : [query.attachedTo]),
    filter('owner-id', query.owner === undefined ? undefined : [query.owner]),
    filter('status', query.status === undefined ? undefined : [query.status]),
    filter('network-interface-id', query.ids),
    ...tagFilters(query.tags ?? {}),
  ].filter((each) => each !== undefined);
  if (filters.length === 0) {
    throw new RangeError('a query for ENIs needs something to look for');
  }
  return filters;
}

/** By filter, subnets that do not exist are left out, rather than the first of them being an error. */
export function subnetFilters(query: SubnetQuery): Filter[] {
  return 'ids' in query
    ? [filter('subnet-id', query.ids)]
    : [filter('vpc-id', [query.vpcId]), ...tagFilters(query.tags)];
}

/** By filter, instances that are gone are left out, rather than the first of them being an error. */
export function instanceFilters(ids: readonly string[]): Filter[] {
  return [filter('instance-id', ids)];
}

function tagFilters(tags: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(tags).map(([key, value]) => filter(`tag:${key}`, [value]));
}

/** `*` and `?` are EC2's wildcards: a value means itself. */
function filter(name: string, values: readonly string[]): Filter;
function filter(name: string, values: readonly string[] | undefined): Filter | undefined;
function filter(name: string, values: readonly string[] | undefined): Filter | undefined {
  return values && { Name: name, Values: values.map((value) => value.replace(/[*?\\]/g, '\\$&')) };
}
