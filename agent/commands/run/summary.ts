import { formatCount } from '../../claim/count.ts';
import type { Eni } from '../../claim/facts.ts';
import { size } from '../../claim/range.ts';
import type { InterfaceConfig, NodeConfig } from '../../config/model.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import { firstTry } from '../../plan/first-try.ts';
import { ownIpv6 } from '../../plan/node-port.ts';
import type { Instance } from '../../plan/observation.ts';
import type { AddressChoice, InterfacePlan } from '../../plan/steps.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import type { InterfaceResult } from '../../report/result.ts';
import type { Ready } from './interface.ts';

/** An interface as the result file and `status` tell of it. */
export function interfaceResult({ plan, eni, deviceIndex, outcome, nodePort }: Ready): InterfaceResult {
  const ipv6Address = ownIpv6(eni, plan.config);
  return {
    name: plan.config.name,
    eniId: eni.id,
    mac: eni.mac,
    address: eni.addresses[0],
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
    subnetId: eni.subnetId,
    deviceIndex,
    networkCard: plan.networkCard,
    outcome,
    ...(nodePort && { nodePort: nodePort.addresses.map(({ address }) => address) }),
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
export function intention({ config, source, deviceIndex }: InterfacePlan): string {
  const { name } = config;
  switch (source.kind) {
    case 'attached':
      return `${name}: ${described(source.eni, config)} is attached at device index ${deviceIndex}`;
    case 'adopt':
      return `${name}: an earlier run left ${described(source.eni, config)}: it is to be attached`;
    case 'recover':
      return `${name}: an earlier run was about to create an ENI in ${source.intent.subnetId}: EC2 is asked for it again`;
    case 'claim': {
      const { tags, waitMs } = source.config.existing;
      if (source.own !== undefined) {
        return `${name}: an earlier run was about to attach ${described(source.own, config)}: it is to be attached`;
      }
      return source.available.length === 0
        ? `${name}: no ENI with the tags ${tagText(tags)} is available now${where(config)}: run waits up to ${waitMs / 1000} s for one`
        : `${name}: one of ${count(source.available.length, 'available ENI')} with the tags ${tagText(tags)} is to be attached`;
    }
    case 'create': {
      const { ipv4, ipv6, subnetId } = source.choices[0] ?? {};
      const { address, ipv6Address } = firstTry(source) ?? {};
      const how = [inWords('IPv4', ipv4, address), inWords('IPv6', ipv6, ipv6Address)];
      const told = how.filter((each) => each !== undefined).join('; ');
      return `${name}: an ENI is to be created in ${subnetId} (${told})`;
    }
  }
}

function where({ nodePort = [] }: InterfaceConfig): string {
  return nodePort.length === 0 ? '' : ' in a subnet of its NodePort addresses';
}

function described(eni: Eni, config: InterfaceConfig): string {
  const { id, addresses } = eni;
  const primary = [addresses[0], ownIpv6(eni, config)].filter((each) => each !== undefined);
  return `${id} (${primary.join(', ')})`;
}

function inWords(
  version: string,
  choice: AddressChoice | undefined,
  first: string | undefined,
): string | undefined {
  switch (choice?.mode) {
    case 'FirstFree':
      return first === undefined
        ? `${version}: the first free address, for which to look more closely in so large a subnet`
        : `${version}: ${formatCount(size(choice.free))} free, first ${first}${left(choice.queue.ahead.length)}`;
    case 'Automatic':
      return `${version}: EC2 chooses the address`;
    default:
      return undefined;
  }
}

/** Why the first address is not the lowest free one. */
function left(ahead: number): string {
  return ahead === 0 ? '' : `, ${ahead} left to nodes launched before`;
}

/** `ready in 3.2 s: 2 interfaces, 3 NodePort addresses, 11 EC2 calls` */
export function closingLine(
  ready: readonly Ready[],
  nodePort: readonly NodePortLink[],
  ms: number,
  calls: number,
): string {
  const addresses = nodePort.flatMap((link) => link.addresses).length;
  const isInPlace =
    ready.every(({ outcome }) => outcome === 'in place') && (ready.length > 0 || addresses === 0);
  const what = [
    count(ready.length, 'interface'),
    ...(addresses === 0 ? [] : [count(addresses, 'NodePort address')]),
    count(calls, 'EC2 call'),
  ].join(', ');
  return `${isInPlace ? 'everything is in place' : 'ready'} in ${(ms / 1000).toFixed(1)} s: ${what}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
}
