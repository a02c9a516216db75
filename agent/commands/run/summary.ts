import type { NodeConfig } from '../../config/model.ts';
import type { Instance } from '../../plan/observation.ts';
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
    networkCard: plan.config.networkCard,
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
        [`${each.name}.deviceIndex`, each.deviceIndex?.toString()],
        [`${each.name}.networkCard`, each.networkCard.toString()],
      ]),
    ),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
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
