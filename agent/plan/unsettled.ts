import type { Eni } from '../claim/facts.ts';
import type { Observation, OpenIntent } from './observation.ts';
import { isOurs, tagKeys } from './tags.ts';

/** The intents whose ENI EC2 does not show, though it may have been created. */
export function unsettled({
  enis,
  intents,
  instance,
}: Pick<Observation, 'enis' | 'intents' | 'instance'>): OpenIntent[] {
  const own = enis.filter((eni) => isOurs(eni, instance.instanceId));
  return intents.filter((intent) => !isGone(intent) && !own.some((eni) => cameOf(intent, eni)));
}

/** EC2's listings are behind by seconds: an ENI that was there so long ago, in ms, and is not shown is gone. */
const goneAfterMs = 120_000;

function isGone({ eniId, ageMs }: OpenIntent): boolean {
  return eniId !== undefined && ageMs > goneAfterMs;
}

/** Whether an ENI that an earlier run made is the one that this intent announced. */
function cameOf(intent: OpenIntent, eni: Eni): boolean {
  return intent.eniId === undefined
    ? intent.interface === eni.tags[tagKeys.interface] &&
        intent.subnetId === eni.subnetId &&
        (intent.address ?? eni.addresses[0]) === eni.addresses[0] &&
        (intent.ipv6Address === undefined || eni.ipv6Addresses.includes(intent.ipv6Address))
    : intent.eniId === eni.id;
}
