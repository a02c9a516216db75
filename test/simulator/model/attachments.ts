import { ApiError, invalidParameter } from './api-error.ts';
import { refuseForeign } from './enis.ts';
import { notFound } from './ids.ts';
import { maximumInterfaces } from './instance-types.ts';
import { refuseFullEni, typeOf } from './limits.ts';
import { type Attachment, type Eni, type Instance, isUp } from './records.ts';
import type { World } from './world.ts';

export interface AttachRequest {
  eniId: string;
  instanceId: string;
  deviceIndex: number;
  /** undefined: the call did not say. */
  networkCard: number | undefined;
}

/** Attaches an ENI, at first as `attaching`. */
export function attachEni(world: World, request: AttachRequest): Attachment {
  const eni = world.store.eni(request.eniId);
  refuseForeign(eni);
  const instance = world.instance(request.instanceId);
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new ApiError('IncorrectState', `Instance '${instance.id}' is not 'running' or 'stopped'`);
  }
  if (eni.attachment !== undefined) {
    throw new ApiError('InvalidNetworkInterface.InUse', `Interface: [${eni.id}] in use.`);
  }
  if (eni.zone !== instance.zone) {
    const { code, message } = world.settings.quirks.attachAcrossZones;
    throw new ApiError(code, message);
  }
  refuseWithoutRoom(world, instance, eni, request);
  return plugIn(world, eni, instance, request.deviceIndex, request.networkCard ?? 0);
}

function refuseWithoutRoom(world: World, instance: Instance, eni: Eni, request: AttachRequest): void {
  const type = typeOf(instance);
  const card = request.networkCard ?? 0;
  const attached = world.store.attachedEnis(instance.id);
  const onCard = attached.filter((each) => each.attachment?.networkCard === card);
  /** [?] Without a network card, EC2 minds the device indexes of all cards. */
  const confused =
    request.networkCard === undefined && world.settings.quirks.missingNetworkCard === 'refused';
  if ((confused ? attached : onCard).some((each) => each.attachment?.deviceIndex === request.deviceIndex)) {
    throw invalidParameter(
      `Instance '${instance.id}' already has an interface attached at device index '${request.deviceIndex}'.`,
    );
  }
  const room = type.cards[card];
  if (room === undefined) {
    throw invalidParameter(`Network card index ${card} is not valid for instance type ${type.name}.`);
  }
  if (attached.length >= maximumInterfaces(type) || onCard.length >= room) {
    throw new ApiError(
      'AttachmentLimitExceeded',
      `Interface count ${attached.length + 1} exceeds the limit for ${type.name}`,
    );
  }
  refuseFullEni(eni, type);
}

function plugIn(
  world: World,
  eni: Eni,
  instance: Instance,
  deviceIndex: number,
  networkCard: number,
): Attachment {
  const attachment: Attachment = {
    id: world.random.id('eni-attach'),
    instanceId: instance.id,
    instanceOwnerId: world.settings.account,
    deviceIndex,
    networkCard,
    status: 'attaching',
    deleteOnTermination: false,
    device: false,
    at: world.clock.now(),
  };
  world.store.setEni({ ...eni, attachment });
  const { attachMs, deviceMs } = world.settings;
  world.after(attachMs, () => {
    const now = world.store.findEni(eni.id);
    if (now?.attachment?.id === attachment.id && now.attachment.status === 'attaching') {
      world.store.setEni({ ...now, attachment: { ...now.attachment, status: 'attached' } });
    }
  });
  world.after(deviceMs, () => addDevice(world, eni.id, attachment.id));
  return attachment;
}

/** The device appears, unless the attachment is going or the instance is down: then at its next start. */
export function addDevice(world: World, eniId: string, attachmentId: string): void {
  const eni = world.store.findEni(eniId);
  const { attachment } = eni ?? {};
  if (eni === undefined || attachment?.id !== attachmentId || attachment.instanceId === undefined) {
    return;
  }
  const instance = world.instance(attachment.instanceId);
  if (attachment.device || attachment.status === 'detaching' || !isUp(instance)) {
    return;
  }
  const changed = { ...eni, attachment: { ...attachment, device: true } };
  world.store.setEni(changed);
  world.onEvent({ kind: 'deviceAdded', eni: changed, instance });
}

/** Detaches, at first as `detaching`. */
export function detachEni(world: World, attachmentId: string): void {
  const eni = world.enis.find((each) => each.attachment?.id === attachmentId);
  if (eni?.attachment === undefined || eni.hidden) {
    throw notFound('eni-attach', attachmentId);
  }
  refuseForeign(eni);
  const { attachment } = eni;
  if (attachment.deviceIndex === 0 && attachment.networkCard === 0) {
    throw new ApiError(
      'OperationNotPermitted',
      'The network interface at device index 0 and networkCard index 0 cannot be detached.',
    );
  }
  if (attachment.status === 'detaching') {
    throw new ApiError('IncorrectState', `Network interface attachment '${attachmentId}' is detaching`);
  }
  world.store.setEni({ ...eni, attachment: { ...attachment, status: 'detaching' } });
  world.after(world.settings.detachMs, () => unplug(world, eni.id, attachmentId));
}

/** The ENI is `available` again, and its device is gone if it ever was there. */
export function unplug(world: World, eniId: string, attachmentId: string): void {
  const eni = world.store.findEni(eniId);
  if (eni?.attachment?.id !== attachmentId || eni.attachment.instanceId === undefined) {
    return;
  }
  const instance = world.instance(eni.attachment.instanceId);
  world.store.setEni({ ...eni, attachment: undefined });
  world.onEvent({ kind: 'detached', eni, instance });
  if (eni.attachment.device) {
    world.onEvent({ kind: 'deviceRemoved', eni, instance });
  }
}
