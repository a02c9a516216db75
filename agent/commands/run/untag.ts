import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { isAvailable } from '../../plan/eni-source.ts';
import { claimTagsOf, isHalfUntagged, tagKeys } from '../../plan/tags.ts';
import { type AskContext, ask } from './ask.ts';

type Tags = Readonly<Record<string, string>>;

/** Whose claim is to be taken off which ENI. */
export interface OldClaim {
  eniId: string;
  instanceId: string;
  /** What the claim may have set though no listing shows it yet. */
  unseen: Tags;
}

/** What else is to be taken off an ENI that is available and nobody's, before the last of its tags, which tell of it. */
export type Clearing = (eni: Eni) => Promise<void>;

/**
 * Takes a claim's tags off an ENI that was made beforehand. Another node may attach and tag it at any moment, and its
 * tags differ from these in the instance's id alone. So that tag goes first, by its value, which hits no other's. EC2
 * then shows the ENI without it, or with the other's: such a listing is not from before, and by it the rest goes only
 * if the ENI is available or still attached to that instance. Answers whether it was. Throws a `Failure`.
 *
 * Killed in between, it leaves what `isHalfUntagged` knows.
 *
 * @param subject after "cannot"
 */
export async function untagClaim(
  context: AskContext,
  subject: string,
  { eniId, instanceId, unseen }: OldClaim,
  clear?: Clearing,
): Promise<boolean> {
  const { ec2 } = context;
  const own = { [tagKeys.instanceId]: instanceId };
  await ask(context, subject, (signal) => ec2.deleteTags(eniId, own, signal), ['notFound']);
  const eni = await lookUntil(context, subject, eniId, ({ tags }) => tags[tagKeys.instanceId] !== instanceId);
  if (eni === undefined || eni.tags[tagKeys.instanceId] !== undefined) {
    return false;
  }
  const isHere = eni.attachment?.instanceId === instanceId;
  if (!isHere && !isAvailable(eni)) {
    return false;
  }
  if (!isHere) {
    await clear?.(eni);
  }
  const { [tagKeys.instanceId]: _, ...others } = { ...unseen, ...claimTagsOf(eni) };
  return untagRest(context, subject, eniId, others, isHere);
}

/**
 * Ends an untagging that has ended half-way on an available ENI. Only for those of which looks that are far enough apart
 * agree, since no tag is there by which EC2 could show that a listing is not behind. Answers whether it was still so.
 */
export async function untagHalf(
  context: AskContext,
  subject: string,
  eniId: string,
  clear: Clearing,
): Promise<boolean> {
  const eni = await lookUntil(context, subject, eniId, () => true);
  if (eni === undefined || !isAvailable(eni) || !isHalfUntagged(eni)) {
    return false;
  }
  await clear(eni);
  return untagRest(context, subject, eniId, claimTagsOf(eni), false);
}

/**
 * Takes off tags that are another node's too, if it has attached and tagged the ENI since EC2's last listing, which may
 * have been seconds behind. A listing that shows them gone shows all that was there before: another's instance too,
 * who then gets them back. For these seconds, and for good if this process is killed in them, its ENI bears its
 * instance's tag alone; its own next run puts the others back as well.
 */
async function untagRest(
  context: AskContext,
  subject: string,
  eniId: string,
  tags: Tags,
  isHeld: boolean,
): Promise<boolean> {
  const { ec2 } = context;
  await ask(context, subject, (signal) => ec2.deleteTags(eniId, tags, signal), ['notFound']);
  if (isHeld) {
    return true;
  }
  const isSettled = ({ tags: shown }: Eni) =>
    shown[tagKeys.instanceId] !== undefined || shown[tagKeys.existing] === undefined;
  const eni = await lookUntil(context, subject, eniId, isSettled);
  if (eni?.tags[tagKeys.instanceId] === undefined) {
    return true;
  }
  const lost = Object.fromEntries(
    Object.entries(tags).filter(([key, value]) => (eni.tags[key] ?? value) === value),
  );
  await ask(context, `give ${eniId} the tags of its new claim back`, (signal) =>
    ec2.createTags(eniId, lost, signal),
  );
  return false;
}

/** The ENI as EC2 shows it, once it shows it so; nothing if it is gone. */
async function lookUntil(
  context: AskContext,
  subject: string,
  eniId: string,
  isSo: (eni: Eni) => boolean,
): Promise<Eni | undefined> {
  return ask(context, subject, async (signal) => {
    const [eni] = await context.ec2.describeEnis({ ids: [eniId] }, signal);
    if (eni !== undefined && !isSo(eni)) {
      throw new Ec2Error('DeleteTags', 'notYet', 'StillShown', `${eniId} is still shown with a claim's tags`);
    }
    return eni;
  });
}
