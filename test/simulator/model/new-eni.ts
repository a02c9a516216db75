import { addressInUse, assignAddresses, ipv4InIpv6Only, takeAddress } from './addresses.ts';
import { ApiError } from './api-error.ts';
import { giveBack } from './enis.ts';
import { assignIpv6 } from './ipv6-addresses.ts';
import { ipv6Of, withPrimaryIpv6 } from './new-eni-ipv6.ts';
import { type Attachment, type Eni, isIpv6Native, type Subnet, type Tags } from './records.ts';
import { groupsIn } from './security-groups.ts';
import type { World } from './world.ts';

export interface EniRequest {
  subnetId: string;
  /** The primary address; undefined lets EC2 choose. */
  address?: string | undefined;
  /** Secondary addresses. */
  secondary?: readonly string[];
  secondaryCount?: number;
  prefixes?: readonly string[];
  prefixCount?: number;
  ipv6Addresses?: readonly string[];
  /** Of IPv6 addresses that EC2 is to choose; undefined leaves it to the subnet, 0 means none. */
  ipv6AddressCount?: number | undefined;
  ipv6Prefixes?: readonly string[];
  ipv6PrefixCount?: number;
  /** Its first IPv6 address is never to leave it. */
  enablePrimaryIpv6?: boolean;
  /** None: the VPC's default group. */
  securityGroups?: readonly string[];
  description?: string;
  tags?: Tags;
  /** The account id of another owner. */
  owner?: string;
  /** Of another account in a shared VPC: no listing shows it. */
  hidden?: boolean;
  requesterManaged?: boolean;
}

/** Creates an ENI, synchronously, at first as `pending`, or throws and leaves the world as it was. */
export function createEni(world: World, request: EniRequest): Eni {
  const eni = newEni(world, request, true);
  world.store.setEni(eni);
  world.after(world.settings.createMs, () => {
    const now = world.store.findEni(eni.id);
    if (now !== undefined) {
      world.store.setEni({ ...now, pending: false });
    }
  });
  return eni;
}

/** An ENI that has always been there. */
export function presentEni(world: World, request: EniRequest): Eni {
  const eni = newEni(world, request, false);
  world.store.setEni(eni, Number.NEGATIVE_INFINITY);
  return eni;
}

function newEni(world: World, request: EniRequest, pending: boolean): Eni {
  const subnet = world.subnet(request.subnetId);
  const securityGroups = groupsIn(world, subnet, request.securityGroups ?? []);
  if (!request.hidden && world.store.eniCount >= world.settings.eniQuota) {
    throw new ApiError(
      'NetworkInterfaceLimitExceeded',
      'The maximum number of network interfaces has been reached.',
    );
  }
  const id = world.random.id('eni');
  const eni: Eni = {
    id,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zone: subnet.zone,
    mac: `0a:${world.random.hex(10).replace(/..(?!$)/g, '$&:')}`,
    description: request.description ?? '',
    ownerId: request.owner ?? (request.hidden ? '999999999999' : world.settings.account),
    requesterId: request.requesterManaged ? 'amazon-elb' : 'AROASIMULATOR:simulator',
    requesterManaged: request.requesterManaged ?? false,
    hidden: request.hidden ?? false,
    addresses: takePrimary(world, subnet, request, id),
    prefixes: [],
    ipv6Addresses: [],
    ipv6Prefixes: [],
    primaryIpv6: undefined,
    securityGroups,
    sourceDestCheck: true,
    tags: request.tags ?? {},
    attachment: request.requesterManaged ? serviceAttachment(world) : undefined,
    pending,
  };
  return withAddresses(world, subnet, eni, request);
}

/** As of a load balancer: its instance is AWS's own, and is not told. */
function serviceAttachment(world: World): Attachment {
  return {
    id: world.random.id('ela-attach'),
    instanceId: undefined,
    instanceOwnerId: 'amazon-aws',
    deviceIndex: 1,
    networkCard: 0,
    status: 'attached',
    deleteOnTermination: false,
    device: false,
    at: world.clock.now(),
  };
}

/** EC2 chooses none of the addresses that the same request names for another use. */
function takePrimary(world: World, subnet: Subnet, request: EniRequest, eniId: string): string[] {
  const { address, secondary = [], prefixes = [] } = request;
  if (address === undefined && isIpv6Native(subnet)) {
    return [];
  }
  if (address === undefined) {
    return [subnet.pool.takeFree(world.random, eniId, [...secondary, ...prefixes])];
  }
  if (isIpv6Native(subnet)) {
    throw ipv4InIpv6Only(subnet);
  }
  return [takeAddress(world, subnet, address, eniId)];
}

function withAddresses(world: World, subnet: Subnet, eni: Eni, request: EniRequest): Eni {
  const { pool } = subnet;
  let held = eni;
  try {
    if (request.secondary?.some((address) => pool.ownerOf(address) !== undefined)) {
      throw addressInUse();
    }
    held = assignAddresses(world, held, {
      addresses: request.secondary ?? [],
      count: request.secondaryCount ?? 0,
      prefixes: request.prefixes ?? [],
      prefixCount: request.prefixCount ?? 0,
      allowReassignment: false,
    });
    held = assignIpv6(world, held, ipv6Of(subnet, request));
    return withPrimaryIpv6(world, subnet, held, request.enablePrimaryIpv6 ?? false);
  } catch (error) {
    giveBack(subnet, held);
    throw error;
  }
}
