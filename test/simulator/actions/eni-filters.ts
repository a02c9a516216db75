import type { FilterTable } from '../api/filters.ts';
import { privateDnsName, zoneId } from '../model/naming.ts';
import { type Attachment, type Eni, eniStatus, type Instance, isIpv6Native } from '../model/records.ts';
import type { World } from '../model/world.ts';

/** The filters of DescribeNetworkInterfaces. */
export function eniFilters(world: World): FilterTable<Eni> {
  return {
    ...commonFilters(world),
    'availability-zone-id': (eni) => [zoneId(eni.zone)],
    'interface-type': () => ['interface'],
  };
}

/** Those of DescribeInstances that look at an instance's ENIs: each may be met by another of them. */
export function networkInterfaceFilters(world: World): FilterTable<Instance> {
  const filters: FilterTable<Eni> = {
    ...commonFilters(world),
    'addresses.private-dns-name': (eni) => eni.addresses.map((address) => dnsName(world, address)),
    'attachment.network-card-index': ofAttachment(({ networkCard }) => networkCard),
    'ipv4-prefixes.ipv4-prefix': (eni) => eni.prefixes,
    'ipv6-address': (eni) => eni.ipv6Addresses,
    'ipv6-addresses.is-primary-ipv6': (eni) =>
      eni.ipv6Addresses.map((address) => String(address === eni.primaryIpv6)),
    'ipv6-native': (eni) => [String(isIpv6Native(world.subnet(eni.subnetId)))],
    'ipv6-prefixes.ipv6-prefix': (eni) => eni.ipv6Prefixes,
    'tag-key': ({ tags }) => Object.keys(tags),
    'tag-value': ({ tags }) => Object.values(tags),
  };
  return Object.fromEntries(
    Object.entries(filters).map(([name, read]) => [
      `network-interface.${name}`,
      (instance) => world.store.visiblyAttachedEnis(instance.id).flatMap(read),
    ]),
  );
}

/** By these names in both. */
function commonFilters(world: World): FilterTable<Eni> {
  return {
    'addresses.primary': (eni) => eni.addresses.map((_, index) => String(index === 0)),
    'addresses.private-ip-address': (eni) => eni.addresses,
    'attachment.attach-time': ofAttachment(({ at }) => world.wallClock(at).toISOString()),
    'attachment.attachment-id': ofAttachment((attachment) => attachment.id),
    'attachment.delete-on-termination': ofAttachment((attachment) => attachment.deleteOnTermination),
    'attachment.device-index': ofAttachment((attachment) => attachment.deviceIndex),
    'attachment.instance-owner-id': ofAttachment((attachment) => attachment.instanceOwnerId),
    'attachment.instance-id': ofAttachment((attachment) => attachment.instanceId),
    'attachment.status': ofAttachment((attachment) => attachment.status),
    'availability-zone': (eni) => [eni.zone],
    description: (eni) => [eni.description],
    'group-id': (eni) => eni.securityGroups,
    'group-name': (eni) => eni.securityGroups.map((id) => world.securityGroups.get(id)?.name ?? id),
    'ipv6-addresses.ipv6-address': (eni) => eni.ipv6Addresses,
    'mac-address': (eni) => [eni.mac],
    'network-interface-id': (eni) => [eni.id],
    'owner-id': (eni) => [eni.ownerId],
    'private-dns-name': (eni) => eni.addresses.slice(0, 1).map((address) => dnsName(world, address)),
    'private-ip-address': (eni) => eni.addresses.slice(0, 1),
    'requester-id': (eni) => [eni.requesterId],
    'requester-managed': (eni) => [String(eni.requesterManaged)],
    'source-dest-check': (eni) => [String(eni.sourceDestCheck)],
    status: (eni) => [eniStatus(eni)],
    'subnet-id': (eni) => [eni.subnetId],
    'vpc-id': (eni) => [eni.vpcId],
  };
}

function ofAttachment(read: (attachment: Attachment) => string | number | boolean | undefined) {
  return ({ attachment }: Eni) => {
    const value = attachment && read(attachment);
    return value === undefined ? [] : [String(value)];
  };
}

function dnsName(world: World, address: string): string {
  return privateDnsName(world.settings.region, address);
}
