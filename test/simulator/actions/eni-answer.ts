import type { Answer } from '../http/xml.ts';
import { privateDnsName, zoneId } from '../model/naming.ts';
import { type Eni, eniStatus, isIpv6Native } from '../model/records.ts';
import type { World } from '../model/world.ts';
import { securityGroupSet, tagSet } from './rendering.ts';

type EniAnswer = { [member: string]: Answer };

/** Records never change: a fleet's listings answer for the same ones again and again. */
const answers = new WeakMap<Eni, EniAnswer>();

/** A network interface as CreateNetworkInterface and DescribeNetworkInterfaces answer it. */
export function eniAnswer(world: World, eni: Eni): EniAnswer {
  const answer = answers.get(eni) ?? newAnswer(world, eni);
  answers.set(eni, answer);
  return answer;
}

function newAnswer(world: World, eni: Eni): EniAnswer {
  const { region } = world.settings;
  const [primary] = eni.addresses;
  return {
    networkInterfaceId: eni.id,
    subnetId: eni.subnetId,
    vpcId: eni.vpcId,
    availabilityZone: eni.zone,
    availabilityZoneId: zoneId(eni.zone),
    description: eni.description,
    ownerId: eni.ownerId,
    requesterId: eni.requesterId,
    requesterManaged: eni.requesterManaged,
    status: eniStatus(eni),
    macAddress: eni.mac,
    privateIpAddress: primary,
    privateDnsName: primary && privateDnsName(region, primary),
    ipv6Native: isIpv6Native(world.subnet(eni.subnetId)),
    ipv6Address: eni.primaryIpv6 ?? eni.ipv6Addresses[0],
    sourceDestCheck: eni.sourceDestCheck,
    groupSet: securityGroupSet(world, eni.securityGroups),
    attachment: attachmentAnswer(world, eni),
    tagSet: tagSet(eni.tags),
    privateIpAddressesSet: eni.addresses.map((privateIpAddress, index) => ({
      privateIpAddress,
      privateDnsName: privateDnsName(region, privateIpAddress),
      primary: index === 0,
    })),
    ipv4PrefixSet: eni.prefixes.length === 0 ? undefined : eni.prefixes.map((ipv4Prefix) => ({ ipv4Prefix })),
    ipv6AddressesSet: eni.ipv6Addresses.map((ipv6Address) => ({
      ipv6Address,
      isPrimaryIpv6: ipv6Address === eni.primaryIpv6,
    })),
    ipv6PrefixSet:
      eni.ipv6Prefixes.length === 0 ? undefined : eni.ipv6Prefixes.map((ipv6Prefix) => ({ ipv6Prefix })),
    interfaceType: 'interface',
  };
}

function attachmentAnswer(world: World, eni: Eni): Answer {
  if (eni.attachment === undefined) {
    return undefined;
  }
  const { id, instanceId, instanceOwnerId, deviceIndex, networkCard, status, deleteOnTermination, at } =
    eni.attachment;
  return {
    attachmentId: id,
    instanceId,
    instanceOwnerId,
    deviceIndex,
    networkCardIndex: networkCard,
    status,
    attachTime: world.wallClock(at).toISOString(),
    deleteOnTermination,
  };
}
