import type { Eni } from '../claim/facts.ts';
import type { CreatedInterface, ExistingInterface, InterfaceConfig, NodeConfig } from '../config/model.ts';
import { fits } from './fits.ts';
import { carries } from './node-port.ts';
import type { Observation } from './observation.ts';
import { isSelected } from './selected.ts';
import type { Source } from './steps.ts';
import { listedIds } from './subnet-selection.ts';
import { hasTags, isClaimed, isHalfUntagged, isOurs, noManage, tagKeys } from './tags.ts';
import { unsettled } from './unsettled.ts';

/** As `Source`, the subnets of what is to be created still to be chosen. */
export type EniSource =
  | Extract<Source, { eni: Eni }>
  | Extract<Source, { kind: 'claim' }>
  | Omit<Extract<Source, { kind: 'recover' }>, 'subnetIds' | 'choices'>
  | Omit<Extract<Source, { kind: 'create' }>, 'subnetIds' | 'choices'>;

/** An interface, and where its ENI comes from. */
export interface Sourced {
  config: InterfaceConfig;
  source: EniSource;
}

/** Whether the ENI is this instance's to stay: attached, or on the way to it. */
export function isAttached(eni: Eni, instanceId: string): boolean {
  const { attachment } = eni;
  return (
    attachment?.instanceId === instanceId &&
    (attachment.status === 'attached' || attachment.status === 'attaching')
  );
}

/** Where the interfaces' ENIs come from: what earlier runs left is taken up before anything else. */
export function sourcesOf({ interfaces }: NodeConfig, seen: Observation): Sourced[] {
  const names = interfaces.map(({ name }) => name);
  const taken = new Set<string>();
  return interfaces.map((config) => {
    const source = sourceOf(config, names, seen, taken);
    if ('eni' in source) {
      taken.add(source.eni.id);
    }
    return { config, source };
  });
}

function sourceOf(
  config: InterfaceConfig,
  names: readonly string[],
  seen: Observation,
  taken: ReadonlySet<string>,
): EniSource {
  const { instanceId } = seen.instance;
  const own = seen.enis
    .filter((eni) => interfaceOf(eni, seen) === config.name)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const attached = own.find((eni) => isAttached(eni, instanceId));
  if (attached !== undefined) {
    return { kind: 'attached', eni: attached };
  }
  return config.existing === undefined ? toCreate(config, own, seen) : toClaim(config, names, seen, taken);
}

/**
 * The interface for which an earlier run on this instance created or claimed the ENI: by its tags, or, where one was
 * killed before it could tag what it had attached, or while it untagged it, by its intent, or by what tags are left.
 */
export function interfaceOf(
  eni: Eni,
  { instance, claims }: Pick<Observation, 'instance' | 'claims'>,
): string | undefined {
  if (isOurs(eni, instance.instanceId) || isClaimed(eni, instance.instanceId)) {
    return eni.tags[tagKeys.interface];
  }
  if (!isAttached(eni, instance.instanceId)) {
    return undefined;
  }
  const claim = claims.find(({ eniId }) => eniId === eni.id);
  return claim?.interface ?? (isHalfUntagged(eni) ? eni.tags[tagKeys.interface] : undefined);
}

/** The interface for which an earlier run on this instance had the ENI, or was about to attach it. */
function claimantOf(eni: Eni, { instance, claims }: Observation): string | undefined {
  return isClaimed(eni, instance.instanceId)
    ? eni.tags[tagKeys.interface]
    : claims.find(({ eniId }) => eniId === eni.id)?.interface;
}

function toCreate(config: CreatedInterface, own: readonly Eni[], seen: Observation): EniSource {
  const { instanceId } = seen.instance;
  const adoptable = own.find(
    (eni) =>
      isOurs(eni, instanceId) &&
      isWithin(eni, instanceId) &&
      fits(eni, config, listedIds(config, seen.subnets)),
  );
  if (adoptable !== undefined) {
    return { kind: 'adopt', eni: adoptable };
  }
  const intent = unsettled(seen).find((each) => each.interface === config.name);
  return intent === undefined ? { kind: 'create', config } : { kind: 'recover', config, intent };
}

/**
 * What the node has attached already, be it by another hand, comes before what is available. But without `no_manage`,
 * which is there before any attach of ours, the VPC CNI may have given its addresses to pods.
 */
function toClaim(
  config: ExistingInterface,
  names: readonly string[],
  seen: Observation,
  taken: ReadonlySet<string>,
): EniSource {
  const { instanceId, primaryMac } = seen.instance;
  const selected = seen.enis.filter((eni) => isSelected(eni, config, seen));
  const attached = selected.find(
    (eni) =>
      isAttached(eni, instanceId) &&
      eni.mac !== primaryMac &&
      !taken.has(eni.id) &&
      hasTags(eni, noManage) &&
      interfaceOf(eni, seen) === undefined,
  );
  if (attached !== undefined) {
    return { kind: 'attached', eni: attached };
  }
  const others = names.filter((name) => name !== config.name);
  const available = selected
    .filter(isAvailable)
    .filter((eni) => !others.includes(claimantOf(eni, seen) ?? config.name));
  const own = available.find((eni) => claimantOf(eni, seen) === config.name);
  return { kind: 'claim', config, available: available.filter((eni) => mayCarry(eni, config, seen)), own };
}

/** Whether it is where some of the interface's NodePort addresses are, or there are none. */
function mayCarry({ subnetId }: Eni, { nodePort = [] }: InterfaceConfig, { subnets }: Observation): boolean {
  return nodePort.length === 0 || subnets.some((each) => each.id === subnetId && carries(nodePort, each));
}

/** Whether it can be attached. */
export function isAvailable({ status, attachment }: Eni): boolean {
  return status === 'available' && attachment === undefined;
}

/** Whether it is for this instance to take: nobody has attached it elsewhere. */
export function isWithin({ attachment }: Eni, instanceId: string): boolean {
  return attachment === undefined || attachment.instanceId === instanceId;
}
