import type { Action } from '../api/action.ts';
import { filterPredicate } from '../api/filters.ts';
import { page } from '../api/pages.ts';
import { type Params, texts } from '../api/params.ts';
import { findAll, type IdKind, notFound } from '../model/ids.ts';
import { partitionOf, zoneId } from '../model/naming.ts';
import { type Ipv6Cidr, isIpv6Native, type SecurityGroup, type Subnet, type Vpc } from '../model/records.ts';
import { tagSet } from './rendering.ts';

/** The resources named by id, or all: each id must exist. */
function named<T>(all: ReadonlyMap<string, T>, params: Params, parameter: string, kind: IdKind): T[] {
  const ids = texts(params, parameter);
  return ids.length === 0 ? [...all.values()] : findAll(kind, ids, (id) => all.get(id));
}

function ipv4Cidr({ cidr }: Subnet): string[] {
  return cidr === undefined ? [] : [cidr];
}

function ipv6Association({ associationId, cidr, state }: Ipv6Cidr) {
  return {
    associationId,
    ipv6CidrBlock: cidr,
    ipv6CidrBlockState: { state },
    ipv6AddressAttribute: 'public',
    ipSource: 'amazon',
  };
}

export const describeSubnets: Action = {
  parameters: ['SubnetId', 'Filter', 'MaxResults', 'NextToken'],
  run(world, params) {
    const { region } = world.settings;
    const matches = filterPredicate<Subnet>(params, {
      'subnet-id': (subnet) => [subnet.id],
      'vpc-id': (subnet) => [subnet.vpcId],
      'availability-zone': (subnet) => [subnet.zone],
      availabilityZone: (subnet) => [subnet.zone],
      'availability-zone-id': (subnet) => [zoneId(subnet.zone)],
      'cidr-block': ipv4Cidr,
      cidrBlock: ipv4Cidr,
      'default-for-az': () => ['false'],
      cidr: ipv4Cidr,
      'ipv6-cidr-block-association.ipv6-cidr-block': (subnet) => subnet.ipv6Cidrs.map((each) => each.cidr),
      'ipv6-cidr-block-association.association-id': (subnet) =>
        subnet.ipv6Cidrs.map((each) => each.associationId),
      'ipv6-cidr-block-association.state': (subnet) => subnet.ipv6Cidrs.map((each) => each.state),
      'ipv6-native': (subnet) => [String(isIpv6Native(subnet))],
      'owner-id': (subnet) => [subnet.ownerId],
      state: () => ['available'],
      'available-ip-address-count': (subnet) => [String(subnet.pool.available)],
    });
    const found = () => named(world.subnets, params, 'SubnetId', 'subnet').filter(matches);
    const { items, nextToken } = page(found, params, { minimum: 5, maximum: 1000, ids: 'SubnetId' });
    return {
      subnetSet: items.map((subnet) => ({
        subnetId: subnet.id,
        subnetArn: `arn:${partitionOf(region)}:ec2:${region}:${subnet.ownerId}:subnet/${subnet.id}`,
        state: 'available',
        ownerId: subnet.ownerId,
        vpcId: subnet.vpcId,
        cidrBlock: subnet.cidr,
        ipv6CidrBlockAssociationSet: subnet.ipv6Cidrs.map(ipv6Association),
        availableIpAddressCount: subnet.pool.available,
        availabilityZone: subnet.zone,
        availabilityZoneId: zoneId(subnet.zone),
        defaultForAz: false,
        mapPublicIpOnLaunch: false,
        assignIpv6AddressOnCreation: subnet.assignIpv6OnCreation,
        ipv6Native: isIpv6Native(subnet),
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
    const names = texts(params, 'GroupName');
    const known = new Set([...world.securityGroups.values()].map((group) => group.name));
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length > 0) {
      throw notFound('sg', ...unknown);
    }
    const found = () =>
      named(world.securityGroups, params, 'GroupId', 'sg')
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
      'ipv6-cidr-block-association.ipv6-cidr-block': ({ ipv6 }) => (ipv6 === undefined ? [] : [ipv6.cidr]),
      'ipv6-cidr-block-association.association-id': ({ ipv6 }) =>
        ipv6 === undefined ? [] : [ipv6.associationId],
      'ipv6-cidr-block-association.state': ({ ipv6 }) => (ipv6 === undefined ? [] : [ipv6.state]),
      'owner-id': (vpc) => [vpc.ownerId],
      state: () => ['available'],
    });
    const found = () => named(world.vpcs, params, 'VpcId', 'vpc').filter(matches);
    const { items, nextToken } = page(found, params, { minimum: 5, maximum: 1000, ids: 'VpcId' });
    return {
      vpcSet: items.map((vpc) => ({
        vpcId: vpc.id,
        ownerId: vpc.ownerId,
        state: 'available',
        cidrBlock: vpc.cidr,
        ipv6CidrBlockAssociationSet: vpc.ipv6 && [
          { ...ipv6Association(vpc.ipv6), ipv6Pool: 'Amazon', networkBorderGroup: world.settings.region },
        ],
        instanceTenancy: 'default',
        isDefault: false,
        tagSet: tagSet(vpc.tags),
      })),
      nextToken,
    };
  },
};
