import type { InterfaceConfig } from '../../../agent/config/model.ts';
import type { NodePortLink } from '../../../agent/nodeport/setup.ts';
import { type Eni, eniStatus } from '../../simulator/model/records.ts';
import { instanceId } from './place.ts';
import type { Stage } from './stage.ts';

/** What of an end state need not be as in an undisturbed run. */
export type Leeway = 'addresses' | 'deviceIndexes';

/**
 * What a command leaves behind in EC2, in the kernel and on the disk, as text in which two nodes compare equal: ids and
 * MACs are given as the interfaces that they belong to, and what is new at each run is left out.
 */
export function endState(stage: Stage, leeway?: Leeway): string {
  const { names, node } = stage;
  const { world } = stage.region;
  const enis = world.enis.filter(({ hidden }) => !hidden);
  const macs = new Map(enis.map((eni) => [eni.mac, `MAC of ${names.eni(eni.id)}`]));
  // Who holds a floating address the watcher settles, where EC2 was in trouble at boot.
  const floating = node.config.nodePort.filter(({ mode }) => mode === 'Floating');
  const isSettled = (address: string) => !floating.some(({ addresses }) => addresses.includes(address));
  const withoutOrder = ([primary, ...others]: readonly string[]) => [
    primary,
    ...others.filter(isSettled).sort(),
  ];
  const where = (address: unknown) => (leeway === 'addresses' ? undefined : address);
  const shown = (eni: Eni) => {
    const { attachment, id, mac: _, pending: __, ...rest } = eni;
    const isOwn = rest.tags['multus-bootstrap.io/instance-id'] === instanceId;
    return {
      ...rest,
      addresses: withoutOrder(rest.addresses),
      ipv6Addresses: rest.ipv6Addresses.filter(isSettled).sort(),
      name: names.eni(id),
      status: eniStatus(eni),
      ...(isOwn && leeway === 'addresses' ? { addresses: undefined, ipv6Addresses: undefined } : {}),
      instanceId: attachment?.instanceId,
      attachment: attachment?.status,
      deviceIndex: isOwn && leeway === 'deviceIndexes' ? undefined : attachment?.deviceIndex,
      networkCard: attachment?.networkCard,
      deleteOnTermination: attachment?.deleteOnTermination,
      hasDevice: attachment?.device,
    };
  };
  const intents = [...node.machine.intents.values()].map(({ intent: { isTakenBack: _, ...intent } }) => {
    if (intent.kind === 'claim') {
      return { ...intent, eniId: names.eni(intent.eniId), mac: macs.get(intent.mac) };
    }
    // The nonce is another each time; the id is noted once the answer has come: without it, subnet and address say which ENI is meant.
    const { nonce: __, eniId: ___, mac: ____, ...lasting } = intent;
    return { ...lasting, address: where(intent.address), ipv6Address: where(intent.ipv6Address) };
  });
  return [
    ...sorted('ENI', enis.map(shown)),
    ...sorted('intent', intents),
    ...sorted('link files', [...node.machine.linkFiles.values()].map(lasting)),
    ...sorted('claimed', node.machine.nodePort.claims.map(claimed)),
    ...sorted('NodePort', node.machine.nodePort.links.map(lasting)),
    ...sorted('device', [...node.machine.devices.values()].map(lasting)),
    `instance ${JSON.stringify(world.instance(instanceId).tags)}`,
  ].join('\n');

  function claimed({ eniId, address }: { eniId: string; address: string }) {
    return { eniId: names.eni(eniId), address };
  }

  function lasting<T extends { mac: string; eniId?: string }>(each: T) {
    const eniId = each.eniId && { eniId: names.eni(each.eniId) };
    return { ...each, mac: macs.get(each.mac) ?? 'MAC of nothing', ...eniId };
  }
}

/** What differs between two end states, line by line; empty if nothing does. */
export function difference(wanted: string, found: string): string {
  if (wanted === found) {
    return '';
  }
  const [before, after] = [wanted.split('\n'), found.split('\n')];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ...(before.length === after.length ? [] : [`${before.length} lines, now ${after.length}`]),
  ].join('\n');
}

/** What is not as kubelet may find it; undefined if every interface is whole. */
export function halfNetwork({ node, region }: Stage): string | undefined {
  for (const { name, ...config } of node.config.interfaces) {
    const device = [...node.machine.devices.values()].find((each) => each.name === name);
    const eni = region.world.enis.find(({ mac }) => mac === device?.mac);
    if (device?.up !== true || eni?.attachment?.instanceId !== instanceId) {
      return `${name} has no device that is up`;
    }
    if (config.sourceDestCheck !== undefined && config.sourceDestCheck !== eni.sourceDestCheck) {
      return `SourceDestCheck of ${name} is ${eni.sourceDestCheck}`;
    }
    if (eni.tags['multus-bootstrap.io/interface'] !== name) {
      return `${eni.id} of ${name} is not tagged`;
    }
    const half = halfNodePort(config, eni, node.machine.nodePort.links);
    if (half !== undefined) {
      return `${name} ${half}`;
    }
  }
  return undefined;
}

/** Floating addresses need no holder yet: they are only to be carried. */
function halfNodePort(
  { nodePort = [] }: Pick<InterfaceConfig, 'nodePort'>,
  eni: Eni,
  links: readonly NodePortLink[],
): string | undefined {
  const carried = links
    .filter(({ eniId }) => eniId === eni.id)
    .flatMap(({ addresses }) => addresses.map(({ address }) => address));
  for (const { mode, addresses } of nodePort) {
    const held = addresses.filter((each) => [...eni.addresses, ...eni.ipv6Addresses].includes(each));
    if (mode === 'PerNode' && held.length !== 1) {
      return `has ${held.length} addresses of ${addresses.join(', ')}`;
    }
    const missing = (mode === 'PerNode' ? held : addresses).filter((each) => !carried.includes(each));
    if (missing.length > 0) {
      return `does not carry ${missing.join(', ')}`;
    }
  }
  return undefined;
}

/** A line for each field, so that a difference is told by its field. */
function sorted(kind: string, things: readonly object[]): string[] {
  return things
    .map((each) => Object.entries(each).map(([key, value]) => `${kind} ${key}: ${JSON.stringify(value)}`))
    .map((fields, _, { length }) => [`${kind}s: ${length}`, ...fields].join('\n'))
    .sort();
}
