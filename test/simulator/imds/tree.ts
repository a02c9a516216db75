import type { CredentialStore } from '../api/credentials.ts';
import { instanceTypes } from '../model/instance-types.ts';
import { partitionOf, privateDnsName, zoneId } from '../model/naming.ts';
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
  const address = primary?.addresses[0] ?? '';
  const { region } = world.settings;
  const partition = partitionOf(region);
  const hostname = privateDnsName(region, address);
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
      tags: view.options.instanceTags ? { instance: { ...instance.tags } } : undefined,
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
  const propagated = world.clock.now() - at >= options.deviceNumberMs;
  return {
    'device-number': String(propagated ? deviceIndex : 0),
    'interface-id': eni.id,
    'ipv4-prefix': eni.prefixes.length > 0 ? eni.prefixes.join('\n') : undefined,
    'local-hostname': privateDnsName(world.settings.region, eni.addresses[0] ?? ''),
    'local-ipv4s': eni.addresses.join('\n'),
    mac: eni.mac,
    'network-card': String(networkCard),
    'owner-id': eni.ownerId,
    'security-group-ids': eni.securityGroups.join('\n'),
    'security-groups': eni.securityGroups.map((id) => world.securityGroups.get(id)?.name ?? id).join('\n'),
    'subnet-id': eni.subnetId,
    'subnet-ipv4-cidr-block': world.subnets.get(eni.subnetId)?.cidr,
    'vpc-id': eni.vpcId,
    'vpc-ipv4-cidr-block': world.vpcs.get(eni.vpcId)?.cidr,
    'vpc-ipv4-cidr-blocks': world.vpcs.get(eni.vpcId)?.cidr,
  };
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

function identityDocument({ world, instance }: ImdsView, privateIp: string) {
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
