import { size } from '../../claim/range.ts';
import type { NodeConfig } from '../../config/model.ts';
import type { Instance } from '../../plan/observation.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import type { InterfaceResult } from '../../report/result.ts';
import type { Ready } from './interface.ts';

/** An interface as the result file and `status` tell of it. */
export function interfaceResult({ plan, eni, deviceIndex, outcome }: Ready): InterfaceResult {
  return {
    name: plan.config.name,
    eniId: eni.id,
    mac: eni.mac,
    address: eni.addresses[0],
    subnetId: eni.subnetId,
    deviceIndex,
    networkCard: plan.networkCard,
    outcome,
  };
}

/** The values that `${…}` in label values may name: the node's, and those of each interface that is ready. */
export function labelValues(
  config: NodeConfig,
  instance: Instance & { instanceType: string },
  interfaces: readonly InterfaceResult[],
): Record<string, string> {
  const values = {
    zone: instance.zone,
    region: instance.region,
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    cluster: config.cluster,
    ...Object.fromEntries(
      interfaces.flatMap((each) => [
        [`${each.name}.address`, each.address],
        [`${each.name}.eniId`, each.eniId],
        [`${each.name}.subnetId`, each.subnetId],
        [`${each.name}.deviceIndex`, each.deviceIndex.toString()],
        [`${each.name}.networkCard`, each.networkCard.toString()],
      ]),
    ),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** What is going to be done for an interface, in words. */
export function intention({
  config: { name },
  source,
  address,
  choices,
  deviceIndex,
}: InterfacePlan): string {
  if (source.kind === 'attached') {
    return `${name}: ${source.eni.id} (${source.eni.addresses[0]}) is attached at device index ${deviceIndex}`;
  }
  if (source.kind === 'adopt') {
    return `${name}: an earlier run left ${source.eni.id} (${source.eni.addresses[0]}): it is to be attached`;
  }
  if (source.kind === 'recover') {
    return `${name}: an earlier run was about to create an ENI in ${source.intent.subnetId}: EC2 is asked for it again`;
  }
  const [choice] = choices;
  const free =
    choice?.free === undefined ? 'EC2 chooses the address' : `${size(choice.free)} free, first ${address}`;
  return `${name}: an ENI is to be created in ${choice?.subnetId} (${free})`;
}

/** `ready in 3.2 s: 2 interfaces, 11 EC2 calls` */
export function closingLine(ready: readonly Ready[], ms: number, calls: number): string {
  const isInPlace = ready.every(({ outcome }) => outcome === 'in place');
  const what = `${count(ready.length, 'interface')}, ${count(calls, 'EC2 call')}`;
  return `${isInPlace ? 'everything is in place' : 'ready'} in ${(ms / 1000).toFixed(1)} s: ${what}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
