import type { Filter } from '@aws-sdk/client-ec2';
import { addressesPerQuery } from '../claim/candidates.ts';
import { isIpv6 } from '../claim/range.ts';
import type { EniQuery, LaunchQuery, NodeQuery, SubnetQuery } from './port.ts';

type Values = string | readonly string[] | undefined;

/** EC2's filters for a query; a query without anything would list the whole account, and is refused. */
export function eniFilters(query: EniQuery): Filter[] {
  const { subnetIds, vpcId, zone, addresses, attachedTo, owner, status, tags = {}, ids } = query;
  if (addresses !== undefined && !subnetIds?.length) {
    throw new RangeError('a query for addresses needs their subnet: the CIDRs of VPCs may overlap');
  }
  const filters = [
    ...filter('subnet-id', subnetIds),
    ...filter('vpc-id', vpcId),
    ...filter('availability-zone', zone),
    ...addressFilter(addresses),
    ...filter('attachment.instance-id', attachedTo),
    ...filter('owner-id', owner),
    ...filter('status', status),
    ...filter('network-interface-id', ids),
    ...tagFilters(tags),
  ];
  if (filters.length === 0) {
    throw new RangeError('a query for ENIs needs something to look for');
  }
  return filters;
}

/** By filter, subnets that do not exist are left out, rather than the first of them being an error. */
export function subnetFilters(query: SubnetQuery): Filter[] {
  return 'ids' in query
    ? filter('subnet-id', query.ids)
    : [...filter('vpc-id', query.vpcId), ...tagFilters(query.tags)];
}

/** By filter, instances that are gone are left out, rather than the first of them being an error. */
export function instanceFilters(ids: readonly string[]): Filter[] {
  requireFew(ids);
  return filter('instance-id', ids);
}

/** In the launch times `*` is a wildcard. */
export function launchFilters({ vpcId, times }: LaunchQuery): Filter[] {
  return [
    ...filter('vpc-id', vpcId),
    ...filter('instance-state-name', ['pending', 'running']),
    { Name: 'launch-time', Values: [...times] },
  ];
}

/** Those of an ENI, and of the instance's other ENIs: each filter may be met by another of them. */
export function nodeFilters(query: NodeQuery): Filter[] {
  const inSubnet = filter('network-interface.subnet-id', query.subnetId);
  if ('addresses' in query) {
    return [...inSubnet, ...addressFilter(query.addresses, 'network-interface.')];
  }
  if ('eniIds' in query) {
    requireFew(query.eniIds);
    return [...inSubnet, ...filter('network-interface.network-interface-id', query.eniIds)];
  }
  return 'tag' in query
    ? [...inSubnet, ...filter(`tag:${query.tag.key}`, query.tag.value)]
    : [...inSubnet, ...filter('reservation-id', query.reservationId)];
}

function addressFilter(addresses: readonly string[] | undefined, of = ''): Filter[] {
  if (addresses === undefined) {
    return [];
  }
  requireFew(addresses);
  const areIpv6 = addresses.map(isIpv6);
  if (areIpv6.includes(true) && areIpv6.includes(false)) {
    throw new RangeError('a query is for IPv4 or for IPv6 addresses: all filters of a request must hold');
  }
  return filter(
    of + (areIpv6.includes(true) ? 'ipv6-addresses.ipv6-address' : 'addresses.private-ip-address'),
    addresses,
  );
}

function tagFilters(tags: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(tags).flatMap(([key, value]) => filter(`tag:${key}`, value));
}

function requireFew(values: readonly string[]): void {
  if (values.length > addressesPerQuery) {
    throw new RangeError(`a query is for ${addressesPerQuery} values at most, not ${values.length}`);
  }
}

/** `*` and `?` are EC2's wildcards: a value means itself. */
function filter(name: string, values: Values): Filter[] {
  if (values === undefined) {
    return [];
  }
  const meant = [values].flat().map((value) => value.replace(/[*?\\]/g, '\\$&'));
  if (meant.length === 0) {
    throw new RangeError(`a query by ${name} needs a value`);
  }
  return [{ Name: name, Values: meant }];
}
