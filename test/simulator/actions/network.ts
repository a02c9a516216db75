import type { Action } from '../api/action.ts';
import { filterPredicate } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { type Params, texts } from '../api/params.ts';
import { ApiError } from '../model/api-error.ts';
import { idOf } from '../model/ids.ts';
import type { SecurityGroup, Subnet, Vpc } from '../model/records.ts';
import { tagSet, zoneId } from './rendering.ts';

/** The resources named by id, or all: each id must exist. */
function named<T>(
  all: ReadonlyMap<string, T>,
  params: Params,
  parameter: string,
  kind: 'subnet' | 'sg' | 'vpc',
  notFound: (id: string) => ApiError,
): T[] {
  const ids = texts(params, parameter).map((id) => idOf(kind, id));
  if (ids.length === 0) return [...all.values()];
  return [...new Set(ids)].map((id) => {
    const resource = all.get(id);
    if (resource === undefined) throw notFound(id);
    return resource;
  });
}

export const describeSubnets: Action = {
  parameters: ['SubnetId', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const matches = filterPredicate<Subnet>(params, {
      'subnet-id': (subnet) => [subnet.id],
      'vpc-id': (subnet) => [subnet.vpcId],
      'availability-zone': (subnet) => [subnet.zone],
      availabilityZone: (subnet) => [subnet.zone],
      'availability-zone-id': (subnet) => [zoneId(subnet.zone)],
      'cidr-block': (subnet) => [subnet.cidr],
      cidr: (subnet) => [subnet.cidr],
      'owner-id': (subnet) => [subnet.ownerId],
      state: () => ['available'],
      'available-ip-address-count': (subnet) => [String(subnet.pool.available)],
    });
    const notFound = (id: string) =>
      new ApiError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
    const found = () => named(world.subnets, params, 'SubnetId', 'subnet', notFound).filter(matches);
    const { items, nextToken } = page(found, params, { minimum: 5, maximum: 1000, ids: 'SubnetId' });
    return {
      subnetSet: items.map((subnet) => ({
        subnetId: subnet.id,
        subnetArn: `arn:aws:ec2:${world.settings.region}:${subnet.ownerId}:subnet/${subnet.id}`,
        state: 'available',
        ownerId: subnet.ownerId,
        vpcId: subnet.vpcId,
        cidrBlock: subnet.cidr,
        ipv6CidrBlockAssociationSet: [],
        availableIpAddressCount: subnet.pool.available,
        availabilityZone: subnet.zone,
        availabilityZoneId: zoneId(subnet.zone),
        defaultForAz: false,
        mapPublicIpOnLaunch: false,
        assignIpv6AddressOnCreation: false,
        ipv6Native: false,
        tagSet: tagSet(subnet.tags),
      })),
      nextToken,
    };
  },
};

export const describeSecurityGroups: Action = {
  parameters: ['GroupId', 'GroupName', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const matches = filterPredicate<SecurityGroup>(params, {
      'group-id': (group) => [group.id],
      'group-name': (group) => [group.name],
      'vpc-id': (group) => [group.vpcId],
      'owner-id': () => [world.settings.account],
    });
    const notFound = (id: string) =>
      new ApiError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
    const names = texts(params, 'GroupName');
    const found = () =>
      named(world.securityGroups, params, 'GroupId', 'sg', notFound)
        .filter((group) => names.length === 0 || names.includes(group.name))
        .filter(matches);
    const { items, nextToken } = page(found, params, { minimum: 5, maximum: 1000, ids: 'GroupId' });
    return {
      securityGroupInfo: items.map((group) => ({
        ownerId: world.settings.account,
        groupId: group.id,
        groupName: group.name,
        groupDescription: group.name,
        vpcId: group.vpcId,
        ipPermissions: [],
        ipPermissionsEgress: [],
        tagSet: tagSet(group.tags),
      })),
      nextToken,
    };
  },
};

export const describeVpcs: Action = {
  parameters: ['VpcId', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const matches = filterPredicate<Vpc>(params, {
      'vpc-id': (vpc) => [vpc.id],
      cidr: (vpc) => [vpc.cidr],
      'owner-id': (vpc) => [vpc.ownerId],
      state: () => ['available'],
    });
    const notFound = (id: string) =>
      new ApiError('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
    const found = () => named(world.vpcs, params, 'VpcId', 'vpc', notFound).filter(matches);
    const { items, nextToken } = page(found, params, { minimum: 5, maximum: 1000, ids: 'VpcId' });
    return {
      vpcSet: items.map((vpc) => ({
        vpcId: vpc.id,
        ownerId: vpc.ownerId,
        state: 'available',
        cidrBlock: vpc.cidr,
        instanceTenancy: 'default',
        isDefault: false,
        tagSet: tagSet(vpc.tags),
      })),
      nextToken,
    };
  },
};

export const describeAvailabilityZones: Action = {
  parameters: ['ZoneName', 'Filter', 'AllAvailabilityZones'],
  run(world, params) {
    const names = texts(params, 'ZoneName');
    const zones = [...new Set([...world.subnets.values()].map((subnet) => subnet.zone))].sort();
    const all = zones.map((name) => ({ name, tags: {} }));
    const matches = filterPredicate<(typeof all)[number]>(params, {
      'zone-name': (zone) => [zone.name],
      'zone-id': (zone) => [zoneId(zone.name)],
      'region-name': () => [world.settings.region],
      state: () => ['available'],
    });
    const found = all.filter((zone) => names.length === 0 || names.includes(zone.name)).filter(matches);
    return {
      availabilityZoneInfo: found.map(({ name }) => ({
        zoneName: name,
        zoneId: zoneId(name),
        zoneState: 'available',
        regionName: world.settings.region,
        groupName: world.settings.region,
        zoneType: 'availability-zone',
        optInStatus: 'opt-in-not-required',
      })),
    };
  },
};
