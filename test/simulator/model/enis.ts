import { ApiError, invalidParameter } from './api-error.ts';
import { notFound } from './ids.ts';
import type { Eni, Subnet } from './records.ts';
import { groupsIn } from './security-groups.ts';
import type { World } from './world.ts';

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
  giveBack(world.subnet(eni.subnetId), eni);
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

/** Makes the ENI's addresses and prefixes free. */
export function giveBack({ pool, ipv6Pool }: Subnet, eni: Eni): void {
  pool.give(eni.addresses, eni.prefixes);
  ipv6Pool.give(eni.ipv6Addresses, eni.ipv6Prefixes);
}
