import type { Eni } from '../../claim/facts.ts';
import type { InstanceState } from '../../ec2/port.ts';
import { isAvailable } from '../../plan/eni-source.ts';
import { isHalfUntagged, isMade, tagKeys } from '../../plan/tags.ts';

/** An ENI that a dead instance has left. */
export interface Leftover {
  eni: Eni;
  /** Undefined where an untagging that ended half-way has taken off the tag that told it. */
  instanceId: string | undefined;
  state: 'terminated' | 'unknown to EC2' | 'untagged in part';
  /** What may be done about it: only what we made is deleted. */
  remedy: 'delete' | 'untag';
}

/** EC2's form. What else the tag may hold tells nothing of any instance, nor that it is gone. */
const instanceIdForm = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** The instances that available ENIs name in our tag, each once. */
export function instancesOf(enis: readonly Eni[]): string[] {
  return [...new Set(enis.flatMap((eni) => instanceOf(eni) ?? []))];
}

/**
 * The ENIs whose instance is at its end, or no more known to EC2, and those of which no tag tells the instance since
 * an untagging ended half-way.
 *
 * @param known the instances of `instancesOf`, as far as EC2 shows them
 * @param ownId the instance that this runs on, which lives whatever EC2 shows
 */
export function leftovers(enis: readonly Eni[], known: readonly InstanceState[], ownId: string): Leftover[] {
  const states = new Map(known.map(({ instanceId, state }) => [instanceId, state]));
  return enis.flatMap((eni): Leftover[] => {
    if (isAvailable(eni) && isHalfUntagged(eni)) {
      return [{ eni, instanceId: undefined, state: 'untagged in part', remedy: 'untag' }];
    }
    const instanceId = instanceOf(eni);
    const state = states.get(instanceId ?? '') ?? 'unknown to EC2';
    if (instanceId === undefined || instanceId === ownId) {
      return [];
    }
    return state === 'terminated' || state === 'unknown to EC2'
      ? [{ eni, instanceId, state, remedy: isMade(eni) ? 'delete' : 'untag' }]
      : [];
  });
}

/**
 * Those that both looks show, as the second shows them. An instance that was just launched may not be known yet, and
 * a listing of ENIs may be behind.
 */
export function confirmed(first: readonly Leftover[], second: readonly Leftover[]): Leftover[] {
  return second.filter(({ eni, instanceId }) =>
    first.some((each) => each.eni.id === eni.id && each.instanceId === instanceId),
  );
}

function instanceOf(eni: Eni): string | undefined {
  const instanceId = eni.tags[tagKeys.instanceId] ?? '';
  const isTagged = isMade(eni) || eni.tags[tagKeys.existing] === 'true';
  return isAvailable(eni) && isTagged && instanceIdForm.test(instanceId) ? instanceId : undefined;
}
