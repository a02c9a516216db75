import type { CredentialStore } from '../api/credentials.ts';
import { instanceTypes } from '../model/instance-types.ts';
import { partitionOf, privateDnsName, resourceDnsName, zoneId } from '../model/naming.ts';
import type { Eni, Instance } from '../model/records.ts';
import type { World } from '../model/world.ts';
import type { ImdsOptions } from './options.ts';

/** What IMDS serves below `/latest/`: a directory or a document; what is absent is undefined. */
export type Tree = string | Uint8Array | { [name: string]: Tree | undefined };

export interface ImdsView {
  world: World;
  instance: Instance;
  options: ImdsOptions;
  credentials: CredentialStore;
  /** MACs that were detached a while ago and linger. */
  lingering: readonly string[];
}

export function imdsTree(view: ImdsView): Tree {
  const { world, instance } = view;
  const enis = imdsEnis(view);
  const primary = enis.find((eni) => eni.attachment?.deviceIndex === 0 && eni.attachment.networkCard === 0);
  const address = primary?.addresses[0];
  const { region } = world.settings;
  const partition = partitionOf(region);
  const hostname =
    address === undefined ? resourceDnsName(region, instance.id) : privateDnsName(region, address);
  return {
    dynamic: {
      'instance-identity': { document: JSON.stringify(identityDocument(view, address), undefined, 2) },
    },
    'meta-data': {
      'ami-id': 'ami-0123456789abcdef0',
      'ami-launch-index': String(instance.launchIndex),
      hostname,
      iam: iamTree(view),
      'instance-id': instance.id,
      'instance-life-cycle': 'on-demand',
      'instance-type': instance.type,
      ipv6: primary?.primaryIpv6 ?? primary?.ipv6Addresses[0],
      'local-hostname': hostname,
      'local-ipv4': address,
      mac: primary?.mac ?? '',
      network: { interfaces: { macs: macsTree(view, enis) } },
      placement: {
        'availability-zone': instance.zone,
        'availability-zone-id': zoneId(instance.zone),
        region,
      },
      'reservation-id': instance.id.replace(/^i-/, 'r-'),
      services: { domain: partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com', partition },
      tags: instance.metadataTags ? { instance: { ...instance.tags } } : undefined,
    },
    'user-data': instance.userData,
  };
}

/** The instance's ENIs as far as IMDS has heard of them. */
function imdsEnis({ world, instance }: ImdsView): Eni[] {
  return world.store.imdsEnis(instance.id).filter((eni) => eni.attachment?.status !== 'attaching');
}

function macsTree(view: ImdsView, enis: readonly Eni[]): Tree {
  const gone = view.lingering.map((mac) => [mac, {}] as const);
  return Object.fromEntries([...gone, ...enis.map((eni) => [eni.mac, eniTree(view, eni)] as const)]);
}

function eniTree({ world, options }: ImdsView, eni: Eni): Tree {
  const { deviceIndex = 0, networkCard = 0, at = 0 } = eni.attachment ?? {};
  const subnet = world.subnets.get(eni.subnetId);
  const vpc = world.vpcs.get(eni.vpcId);
  const subnetIpv6 = subnet?.ipv6Cidrs.filter((each) => each.state === 'associated') ?? [];
  const [address] = eni.addresses;
  const propagated = world.clock.now() - at >= options.deviceNumberMs;
  return {
    'device-number': String(propagated ? deviceIndex : 0),
    'interface-id': eni.id,
    'ipv4-prefix': lines(eni.prefixes),
    'ipv6-prefix': lines(eni.ipv6Prefixes),
    ipv6s: lines(eni.ipv6Addresses),
    'local-hostname': address && privateDnsName(world.settings.region, address),
    'local-ipv4s': lines(eni.addresses),
    mac: eni.mac,
    'network-card': String(networkCard),
    'owner-id': eni.ownerId,
    'security-group-ids': eni.securityGroups.join('\n'),
    'security-groups': eni.securityGroups.map((id) => world.securityGroups.get(id)?.name ?? id).join('\n'),
    'subnet-id': eni.subnetId,
    'subnet-ipv4-cidr-block': subnet?.cidr,
    'subnet-ipv6-cidr-blocks': lines(subnetIpv6.map((each) => each.cidr)),
    'vpc-id': eni.vpcId,
    'vpc-ipv4-cidr-block': vpc?.cidr,
    'vpc-ipv4-cidr-blocks': vpc?.cidr,
    'vpc-ipv6-cidr-blocks': vpc?.ipv6?.cidr,
  };
}

/** One value a line; none is absent, not empty. */
function lines(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join('\n');
}

function iamTree({ world, instance, credentials }: ImdsView): Tree | undefined {
  const { role } = instance;
  if (role === undefined) {
    return undefined;
  }
  const { account, region } = world.settings;
  const now = world.wallClock();
  const keys = credentials.forInstance(instance.id, role, now.getTime());
  const updated = isoSeconds(now);
  return {
    info: JSON.stringify({
      Code: 'Success',
      LastUpdated: updated,
      InstanceProfileArn: `arn:${partitionOf(region)}:iam::${account}:instance-profile/${role}`,
      InstanceProfileId: 'AIPASIMULATOR',
    }),
    'security-credentials': {
      [role]: JSON.stringify({
        Code: 'Success',
        LastUpdated: updated,
        Type: 'AWS-HMAC',
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        Token: keys.sessionToken,
        Expiration: isoSeconds(new Date(keys.expiresAt ?? 0)),
      }),
    },
  };
}

function identityDocument({ world, instance }: ImdsView, privateIp: string | undefined) {
  return {
    accountId: world.settings.account,
    architecture: instanceTypes.get(instance.type)?.architecture,
    availabilityZone: instance.zone,
    imageId: 'ami-0123456789abcdef0',
    instanceId: instance.id,
    instanceType: instance.type,
    pendingTime: isoSeconds(world.wallClock(instance.launchedAt)),
    privateIp,
    region: world.settings.region,
    version: '2017-09-30',
  };
}

function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
