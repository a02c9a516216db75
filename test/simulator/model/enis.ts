import { addressInUse, assignAddresses, takeAddress } from './addresses.ts';
import { ApiError, invalidParameter } from './api-error.ts';
import { notFound } from './ids.ts';
import type { Attachment, Eni, Subnet, Tags } from './records.ts';
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
    addresses: [takePrimary(world, subnet, request, id)],
    prefixes: [],
    securityGroups,
    sourceDestCheck: true,
    tags: request.tags ?? {},
    attachment: request.requesterManaged ? serviceAttachment(world) : undefined,
    pending,
  };
  return withSecondaries(world, eni, request);
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
function takePrimary(world: World, subnet: Subnet, request: EniRequest, eniId: string): string {
  const { address, secondary = [], prefixes = [] } = request;
  return address === undefined
    ? subnet.pool.takeFree(world.random, eniId, [...secondary, ...prefixes])
    : takeAddress(world, subnet, address, eniId);
}

function withSecondaries(world: World, eni: Eni, request: EniRequest): Eni {
  const { pool } = world.subnet(eni.subnetId);
  try {
    if (request.secondary?.some((address) => pool.ownerOf(address) !== undefined)) {
      throw addressInUse();
    }
    return assignAddresses(world, eni, {
      addresses: request.secondary ?? [],
      count: request.secondaryCount ?? 0,
      prefixes: request.prefixes ?? [],
      prefixCount: request.prefixCount ?? 0,
      allowReassignment: false,
    });
  } catch (error) {
    pool.give(eni);
    throw error;
  }
}

/** Deletes an ENI at a client's wish. */
export function deleteEni(world: World, eniId: string): void {
  const eni = world.store.eni(eniId);
  refuseForeign(eni);
  if (eni.attachment !== undefined) {
    throw invalidParameter(`Network interface '${eniId}' is currently in use.`);
  }
  removeEni(world, eni);
}

/** The ENI is gone and its addresses are free. */
export function removeEni(world: World, eni: Eni): void {
  world.subnet(eni.subnetId).pool.give(eni);
  world.store.dropEni(eni);
  world.onEvent({ kind: 'deleted', eni });
}

/** What ModifyNetworkInterfaceAttribute may change, one attribute a call. */
export type EniChange =
  | { sourceDestCheck: boolean }
  | { description: string }
  | { securityGroups: readonly string[] }
  | { attachmentId: string; deleteOnTermination: boolean };

export function modifyEni(world: World, eniId: string, change: EniChange): void {
  const eni = world.store.eni(eniId);
  refuseForeign(eni);
  if ('securityGroups' in change) {
    world.store.setEni({
      ...eni,
      securityGroups: groupsIn(world, world.subnet(eni.subnetId), change.securityGroups),
    });
  } else if ('attachmentId' in change) {
    if (eni.attachment?.id !== change.attachmentId) {
      throw notFound('eni-attach', change.attachmentId);
    }
    const { deleteOnTermination } = change;
    world.store.setEni({ ...eni, attachment: { ...eni.attachment, deleteOnTermination } });
  } else {
    world.store.setEni({ ...eni, ...change });
  }
}

/** The ENI of an AWS service can be listed, and nothing else. */
export function refuseForeign(eni: Eni): void {
  if (eni.requesterManaged) {
    throw new ApiError('AuthFailure', 'You do not have permission to access the specified resource.');
  }
}
