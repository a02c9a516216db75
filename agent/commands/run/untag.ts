import type { Eni } from '../../claim/facts.ts';
import { type Ec2, Ec2Error } from '../../ec2/port.ts';
import { claimTagsOf, tagKeys } from '../../plan/tags.ts';

/** Whose claim is to be taken off which ENI. */
export interface OldClaim {
  eniId: string;
  instanceId: string;
  /** What the claim may have set though no listing shows it yet. */
  unseen: Readonly<Record<string, string>>;
}

/**
 * Takes a claim's tags off an ENI that was made beforehand; one attempt, to be repeated as it stands. Another node may
 * attach and tag it at any moment, and its tags differ from these in the instance's id alone. So that tag goes first,
 * by its value, which hits no other's. EC2 then shows the ENI without it, or with the other's: such a listing is not
 * from before, and by it the rest goes only while the ENI is as `isStill` says. Answers whether it was.
 *
 * Killed in between, it leaves `isHalfUntagged`. And one window stays: a node that attaches and tags the ENI between
 * that listing and the last DeleteTags keeps its instance's tag, but loses the others; its next run puts them back.
 */
export async function untagClaim(
  ec2: Pick<Ec2, 'describeEnis' | 'deleteTags'>,
  { eniId, instanceId, unseen }: OldClaim,
  isStill: (eni: Eni) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  await ec2.deleteTags(eniId, { [tagKeys.instanceId]: instanceId }, signal);
  const [eni] = await ec2.describeEnis({ ids: [eniId] }, signal);
  const owner = eni?.tags[tagKeys.instanceId];
  if (owner === instanceId) {
    const message = `${eniId} is still shown with the tag ${tagKeys.instanceId}=${instanceId}`;
    throw new Ec2Error('DeleteTags', 'notYet', 'StillShown', message);
  }
  if (eni === undefined || owner !== undefined || !isStill(eni)) {
    return false;
  }
  const { [tagKeys.instanceId]: _, ...others } = { ...unseen, ...claimTagsOf(eni) };
  if (Object.keys(others).length > 0) {
    await ec2.deleteTags(eniId, others, signal);
  }
  return true;
}
