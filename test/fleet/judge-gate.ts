import type { InterfaceConfig } from '../../agent/config/model.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { enisOf } from './judge-create.ts';
import type { Life } from './life.ts';
import { hasTags, isSelected } from './workers-part.ts';

/** The ENIs that are attached for an interface. */
export function attachedFor(world: World, life: Life, config: InterfaceConfig): Eni[] {
  const own = enisOf(world, life.instanceId, config.name);
  const enis = own.length > 0 || config.existing === undefined ? own : claimedBy(world, life, config.name);
  return enis.filter(({ attachment }) => attachment?.instanceId === life.instanceId);
}

function claimedBy(world: World, { instanceId, plan, group }: Life, name: string): Eni[] {
  const config = group.config.interfaces.find((each) => each.name === name);
  return world.store
    .attachedEnis(instanceId)
    .filter(
      (eni) =>
        config?.existing !== undefined &&
        isSelected(eni, config, plan.zone) &&
        hasTags(eni.tags, { 'multus-bootstrap.io/interface': name, 'multus-bootstrap.io/existing': 'true' }),
    );
}

/** What kubelet would lack if it started now: each interface has its ENI, and its device, named and up. */
export function gateFault(world: World, life: Life): string | undefined {
  for (const config of life.group.config.interfaces) {
    const enis = attachedFor(world, life, config);
    const [eni] = enis;
    if (eni === undefined || (enis.length > 1 && !life.hasNewDisk)) {
      return `${config.name} has ${enis.length} ENIs`;
    }
    const devices = enis.flatMap(({ mac }) => life.node?.machine.devices.get(mac) ?? []);
    if (!devices.some((device) => device.up && device.name === config.name)) {
      return `${config.name} (${eni.id}) has no device of its name that is up`;
    }
  }
  return undefined;
}
