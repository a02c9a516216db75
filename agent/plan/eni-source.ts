import type { Eni } from '../claim/facts.ts';
import { workersPart } from '../claim/free.ts';
import { intersect, parseRange } from '../claim/range.ts';
import type { InterfaceConfig, NodeConfig } from '../config/model.ts';
import type { Observation, OpenIntent } from './observation.ts';
import type { Source } from './steps.ts';
import { isOurs, tagKeys } from './tags.ts';

/** Whether the ENI is this instance's to stay: attached, or on the way to it. */
export function isAttached(eni: Eni, instanceId: string): boolean {
  const { attachment } = eni;
  return (
    attachment?.instanceId === instanceId &&
    (attachment.status === 'attached' || attachment.status === 'attaching')
  );
}

/** Where the interface's ENI comes from: what earlier runs left is taken up before anything is created. */
export function sourceOf(config: InterfaceConfig, seen: Observation): Source {
  const { instanceId } = seen.instance;
  const own = seen.enis
    .filter((eni) => isOurs(eni, instanceId) && eni.tags[tagKeys.interface] === config.name)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const attached = own.find((eni) => isAttached(eni, instanceId));
  if (attached !== undefined) {
    return { kind: 'attached', eni: attached };
  }
  const adoptable = own.find((eni) => isWithin(eni, instanceId) && fits(eni, config));
  if (adoptable !== undefined) {
    return { kind: 'adopt', eni: adoptable };
  }
  const intent = unsettled(seen).find((each) => each.interface === config.name);
  return intent === undefined ? { kind: 'create' } : { kind: 'recover', intent };
}

/** Whether it is for this instance to take: nobody has attached it elsewhere. */
function isWithin({ attachment }: Eni, instanceId: string): boolean {
  return attachment === undefined || attachment.instanceId === instanceId;
}

/** The intents whose ENI EC2 does not show, though it may have been created. */
function unsettled({ enis, intents, instance }: Observation): OpenIntent[] {
  const own = enis.filter((eni) => isOurs(eni, instance.instanceId));
  return intents.filter((intent) => !isGone(intent) && !own.some((eni) => cameOf(intent, eni)));
}

/** EC2's listings are behind by seconds: an ENI that was known to be there long ago and is not shown is gone. */
const longestLagMs = 120_000;

function isGone({ eniId, ageMs }: OpenIntent): boolean {
  return eniId !== undefined && ageMs > longestLagMs;
}

/** What an earlier run was about to create for interfaces that the configuration does not name any more. */
export function abandoned(config: NodeConfig, seen: Observation): OpenIntent[] {
  const names = config.interfaces.map(({ name }) => name);
  return unsettled(seen).filter((intent) => !names.includes(intent.interface));
}

/** Whether an ENI that an earlier run made is the one that this intent announced. */
function cameOf(intent: OpenIntent, eni: Eni): boolean {
  return intent.eniId === undefined
    ? intent.interface === eni.tags[tagKeys.interface] &&
        intent.subnetId === eni.subnetId &&
        (intent.address ?? eni.addresses[0]) === eni.addresses[0]
    : intent.eniId === eni.id;
}

/** Whether an ENI is what this configuration would have created; only the address may be another allowed one. */
export function fits(eni: Eni, config: InterfaceConfig): boolean {
  const [primary] = eni.addresses;
  return (
    config.subnets.includes(eni.subnetId) &&
    eni.securityGroups.length === config.securityGroups.length &&
    config.securityGroups.every((group) => eni.securityGroups.includes(group)) &&
    primary !== undefined &&
    (config.ipv4.mode === 'Automatic' || mayHold(primary, config))
  );
}

function mayHold(address: string, { ipv4 }: InterfaceConfig): boolean {
  const isWithin = ipv4.within.length === 0 || workersPart(address, ipv4.within).length > 0;
  return isWithin && intersect([parseRange(address)], ipv4.podRange.map(parseRange)).length === 0;
}

/**
 * What earlier runs of this instance made and no interface takes up, as long as nothing uses it: `available`,
 * or still `pending`.
 */
export function surplus(sources: readonly Source[], seen: Observation): Eni[] {
  const taken = sources.flatMap((source) => ('eni' in source ? [source.eni.id] : []));
  return seen.enis.filter(
    (eni) => isOurs(eni, seen.instance.instanceId) && eni.attachment === undefined && !taken.includes(eni.id),
  );
}
