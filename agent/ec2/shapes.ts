import { SocketAddress } from 'node:net';
import type {
  Instance,
  InstanceTypeInfo,
  NetworkInterface,
  NetworkInterfaceAttachment,
  Subnet as SdkSubnet,
  SubnetCidrReservation,
  Tag,
} from '@aws-sdk/client-ec2';
import type { Attachment, Eni, Reservation, Subnet, TypeLimits } from '../claim/facts.ts';
import { Ec2Error, type InstanceState } from './port.ts';

/**
 * Every member of the SDK's types is optional. What EC2 always sends is required here: throws an `Ec2Error` of
 * class `invalid` if it is missing.
 */
export function required<T>(action: string, field: string, value: T | undefined): T {
  if (value === undefined) {
    const message = `EC2's answer has no ${field}, which every such answer has`;
    throw new Ec2Error(action, 'invalid', 'IncompleteAnswer', message);
  }
  return value;
}

/** A subnet in a listing of EC2's; throws as `required` does. */
export function toSubnet(action: string, subnet: SdkSubnet): Subnet {
  return {
    id: required(action, 'SubnetId', subnet.SubnetId),
    vpcId: required(action, 'VpcId', subnet.VpcId),
    zone: required(action, 'AvailabilityZone', subnet.AvailabilityZone),
    cidr: subnet.CidrBlock,
    ipv6Cidrs: (subnet.Ipv6CidrBlockAssociationSet ?? [])
      .filter((each) => each.Ipv6CidrBlockState?.State === 'associated')
      .map((each) => canonicalCidr(required(action, 'Ipv6CidrBlock', each.Ipv6CidrBlock))),
    assignsIpv6: subnet.AssignIpv6AddressOnCreation ?? false,
    availableAddresses: subnet.AvailableIpAddressCount ?? 0,
    tags: tagsOf(action, subnet.Tags),
  };
}

/** An ENI in EC2's answer to the action: its addresses, the primary first; throws as `required` does. */
export function toEni(action: string, eni: NetworkInterface): Eni {
  const addresses = (eni.PrivateIpAddresses ?? []).toSorted(
    (a, b) => Number(b.Primary ?? false) - Number(a.Primary ?? false),
  );
  return {
    id: required(action, 'NetworkInterfaceId', eni.NetworkInterfaceId),
    subnetId: required(action, 'SubnetId', eni.SubnetId),
    vpcId: required(action, 'VpcId', eni.VpcId),
    zone: required(action, 'AvailabilityZone', eni.AvailabilityZone),
    mac: required(action, 'MacAddress', eni.MacAddress).toLowerCase(),
    status: required(action, 'Status', eni.Status),
    addresses: addresses.map((each) => required(action, 'PrivateIpAddress', each.PrivateIpAddress)),
    ipv6Addresses: (eni.Ipv6Addresses ?? []).map((each) =>
      canonical(required(action, 'Ipv6Address', each.Ipv6Address)),
    ),
    prefixes: [
      ...(eni.Ipv4Prefixes ?? []).map((each) => required(action, 'Ipv4Prefix', each.Ipv4Prefix)),
      ...(eni.Ipv6Prefixes ?? []).map((each) => required(action, 'Ipv6Prefix', each.Ipv6Prefix)),
    ],
    securityGroups: (eni.Groups ?? []).map((each) => required(action, 'GroupId', each.GroupId)),
    sourceDestCheck: required(action, 'SourceDestCheck', eni.SourceDestCheck),
    tags: tagsOf(action, eni.TagSet),
    attachment: eni.Attachment?.AttachmentId === undefined ? undefined : toAttachment(action, eni.Attachment),
  };
}

/** As `formatAddress` writes it, whichever way EC2 does: addresses are compared as text. */
function canonical(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

/** Likewise of a CIDR: those of routes are compared with the kernel's. */
function canonicalCidr(cidr: string): string {
  const [address = '', length] = cidr.split('/');
  return `${canonical(address)}/${length}`;
}

/** Tags as EC2 takes them. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** An instance in a listing of EC2's; throws as `required` does. */
export function toInstanceState(action: string, instance: Instance): InstanceState {
  return {
    instanceId: required(action, 'InstanceId', instance.InstanceId),
    state: required(action, 'State', instance.State?.Name),
  };
}

/** The tags of an answer; throws as `required` does. */
export function tagsOf(action: string, tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [required(action, 'tag Key', tag.Key), tag.Value ?? '']));
}

const attachmentStatuses: readonly Attachment['status'][] = [
  'attaching',
  'attached',
  'detaching',
  'detached',
];

function toAttachment(action: string, attachment: NetworkInterfaceAttachment): Attachment {
  const status = attachmentStatuses.find((each) => each === attachment.Status);
  return {
    id: required(action, 'AttachmentId', attachment.AttachmentId),
    instanceId: attachment.InstanceId,
    deviceIndex: required(action, 'DeviceIndex', attachment.DeviceIndex),
    networkCard: attachment.NetworkCardIndex ?? 0,
    status: required(action, 'Status of the attachment', status),
    deleteOnTermination: required(action, 'DeleteOnTermination', attachment.DeleteOnTermination),
  };
}

/** A CIDR reservation, of a type that the agent knows; throws as `required` does. */
export function toReservation(action: string, reservation: SubnetCidrReservation): Reservation {
  const type = reservation.ReservationType;
  return {
    subnetId: required(action, 'SubnetId', reservation.SubnetId),
    cidr: required(action, 'Cidr', reservation.Cidr),
    type: required(action, 'ReservationType', type === 'explicit' || type === 'prefix' ? type : undefined),
  };
}

/** What an instance type can carry, from its NetworkInfo; throws as `required` does. */
export function toLimits(action: string, info: InstanceTypeInfo): TypeLimits {
  const network = required(action, 'NetworkInfo', info.NetworkInfo);
  return {
    type: required(action, 'InstanceType', info.InstanceType),
    maximumInterfaces: required(action, 'MaximumNetworkInterfaces', network.MaximumNetworkInterfaces),
    cards: required(action, 'NetworkCards', network.NetworkCards).map((card) => ({
      index: required(action, 'NetworkCardIndex', card.NetworkCardIndex),
      maximumInterfaces: required(action, 'MaximumNetworkInterfaces', card.MaximumNetworkInterfaces),
    })),
    addressesPerInterface: {
      4: required(action, 'Ipv4AddressesPerInterface', network.Ipv4AddressesPerInterface),
      6: network.Ipv6AddressesPerInterface ?? 0,
    },
  };
}
