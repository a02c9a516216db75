import type { Eni } from '../../claim/facts.ts';
import { explain } from '../../ec2/explain.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { isAttached, isAvailable } from '../../plan/eni-source.ts';
import { claimTags, claimTagsOf, isClaimed } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { notTakenBack } from './give-back.ts';
import { untagClaim } from './untag.ts';
import { untilDetached } from './until-detached.ts';

/** An ENI on its way out of this instance's hands: what an attempt has done, the next one does not do again. */
interface Leaving {
  eniId: string;
  /** Where this run attached it: listings may not show it yet. */
  attachmentId: string | undefined;
  /** What is to come off, shown or not; from when on the untagging has begun. */
  claim: Readonly<Record<string, string>> | undefined;
  isUntagged: boolean;
  isDetached: boolean;
  /** That IAM keeps our tags there is told, and keeps no ENI attached. */
  refusal: Ec2Error | undefined;
}

/**
 * Lets go of an ENI that was made beforehand: takes our tags off, then detaches it. In that order, since another node
 * may attach and tag it the moment that it is free. It is no error if it is not ours any more.
 *
 * @param attachmentId of an attach of this run
 */
export async function handBackEni(
  context: RunContext,
  name: string,
  eniId: string,
  attachmentId?: string,
): Promise<void> {
  const leaving: Leaving = {
    eniId,
    attachmentId,
    claim: undefined,
    isUntagged: false,
    isDetached: false,
    refusal: undefined,
  };
  const subject = `hand back ${eniId} of ${name}`;
  await ask(context, subject, (signal) => letGo(context, name, leaving, signal), ['notFound']);
  await untilDetached(context, name, eniId);
  const { refusal } = leaving;
  if (refusal !== undefined) {
    throw explain(refusal, { subject, endpoint: context.ec2.endpoint, proxy: context.ec2.proxy });
  }
  context.log.info(`${name}: handed back ${eniId}`, { interface: name, eni: eniId });
}

async function letGo(
  context: RunContext,
  name: string,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<void> {
  const { ec2, instance } = context;
  const [eni] = await ec2.describeEnis({ ids: [leaving.eniId] }, signal);
  if (eni === undefined) {
    return;
  }
  const isHere = eni.attachment?.instanceId === instance.instanceId;
  const attachmentId = isAttached(eni, instance.instanceId) ? eni.attachment?.id : undefined;
  const toDetach = attachmentId ?? (isHere ? undefined : leaving.attachmentId);
  if (!leaving.isUntagged) {
    await untag(context, name, eni, leaving, toDetach !== undefined, signal).catch((error: unknown) => {
      leaving.refusal = refusalIn(error);
    });
    leaving.isUntagged = true;
  }
  if (!leaving.isDetached && toDetach !== undefined) {
    await ec2.detachEni(toDetach, signal);
    leaving.isDetached = true;
  }
}

function refusalIn(error: unknown): Ec2Error {
  if (error instanceof Ec2Error && error.class === 'notPermitted') {
    return error;
  }
  throw error;
}

/**
 * What this run has attached itself no other node can tag: all tags go at once. A listing that shows the ENI attached
 * here may be behind a detach, and another's tagging after that: then, as for one that is available, they go in two
 * steps. The claim's tags may all be there though none is shown.
 */
async function untag(
  { ec2, instance: { instanceId }, config }: RunContext,
  name: string,
  eni: Eni,
  leaving: Leaving,
  isHeld: boolean,
  signal: AbortSignal,
): Promise<void> {
  const whole = claimTags(name, instanceId, config.cluster);
  if (leaving.attachmentId !== undefined) {
    await ec2.deleteTags(eni.id, { ...claimTagsOf(eni), ...whole }, signal);
    return;
  }
  leaving.claim ??= isHeld ? whole : isClaimed(eni, instanceId) ? claimTagsOf(eni) : undefined;
  if (leaving.claim !== undefined) {
    const isStill = (shown: Eni) => isAvailable(shown) || shown.attachment?.instanceId === instanceId;
    await untagClaim(ec2, { eniId: eni.id, instanceId, unseen: leaving.claim }, isStill, signal);
  }
}

/**
 * As `takeBack`, for an ENI made beforehand.
 *
 * @param isOpen whether EC2 may have attached it without our knowing: then its intent stays for the next run, to
 * which EC2 shows it
 */
export async function takeBackClaim(
  context: RunContext,
  name: string,
  { eniId, attachmentId }: { eniId: string; attachmentId?: string },
  isOpen: boolean,
): Promise<void> {
  const { host, instance } = context;
  try {
    await handBackEni(context, name, eniId, attachmentId);
    if (attachmentId !== undefined || !isOpen) {
      await host.removeLinkFiles(instance.instanceId, name);
      await host.removeIntent(name);
    }
  } catch (error) {
    throw notTakenBack(error, 'EC2 detaches it, and sweep takes its tags off');
  }
}
