import { addDevice, unplug } from './attachments.ts';
import { removeEni } from './enis.ts';
import type { InstanceState } from './records.ts';
import type { World } from './world.ts';

/**
 * The instance shuts down, and is up meanwhile; then it is terminated: its ENIs with DeleteOnTermination are gone, the
 * others are available.
 */
export function terminateInstance(world: World, instanceId: string): void {
  const instance = world.instance(instanceId);
  if (instance.state === 'terminated' || instance.state === 'shutting-down') {
    return;
  }
  changeState(world, instanceId, [instance.state], 'shutting-down');
  world.after(world.settings.shuttingDownMs, () => end(world, instanceId));
}

function end(world: World, instanceId: string): void {
  changeState(world, instanceId, ['shutting-down'], 'terminated');
  for (const eni of world.store.attachedEnis(instanceId)) {
    if (eni.attachment === undefined) {
      continue;
    }
    const { id, deleteOnTermination } = eni.attachment;
    unplug(world, eni.id, id);
    if (deleteOnTermination) {
      removeEni(world, world.store.eni(eni.id));
    }
  }
  world.after(world.settings.terminatedMs, () => world.instances.delete(instanceId));
}

export function stopInstance(world: World, instanceId: string): void {
  changeState(world, world.instance(instanceId).id, ['running'], 'stopping');
  world.after(world.settings.stoppingMs, () => {
    changeState(world, instanceId, ['stopping'], 'stopped');
  });
}

export function startInstance(world: World, instanceId: string): void {
  changeState(world, world.instance(instanceId).id, ['stopped', 'pending'], 'running');
  for (const { id, attachment } of world.store.attachedEnis(instanceId)) {
    if (attachment !== undefined) {
      world.after(world.settings.deviceMs, () => addDevice(world, id, attachment.id));
    }
  }
}

export function crashInstance(world: World, instanceId: string): void {
  world.instances.set(instanceId, { ...world.instance(instanceId), crashed: true });
}

export function rebootInstance(world: World, instanceId: string): void {
  world.instances.set(instanceId, { ...world.instance(instanceId), crashed: false });
}

/** To a state, from one of those; where it is stopped, it is no longer crashed. */
export function changeState(
  world: World,
  instanceId: string,
  from: readonly InstanceState[],
  to: InstanceState,
): void {
  const instance = world.instances.get(instanceId);
  if (instance !== undefined && from.includes(instance.state)) {
    const crashed = instance.crashed && to !== 'stopped';
    world.instances.set(instanceId, { ...instance, state: to, crashed });
  }
}
