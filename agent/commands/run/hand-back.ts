import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { exitCodeOf, Failure, messageOf } from '../../failure.ts';
import { isAttached, isAvailable } from '../../plan/eni-source.ts';
import { claimTags, isClaimed } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { untagClaim } from './untag.ts';

/** An ENI on its way out of this instance's hands. */
interface Leaving {
  eniId: string;
  /** Where this run attached it: listings may not show it yet. */
  attachmentId: string | undefined;
  isUntagged: boolean;
  isDetached: boolean;
  /** That IAM keeps our tags there is told, and keeps no ENI attached. */
  refusal: Ec2Error | undefined;
}

/**
 * Lets go of an ENI that was made beforehand: takes our tags off, then detaches it. In that order and each once, since
 * another node may attach and tag it the moment that it is free. It is no error if it is not ours any more.
 *
 * @param attachmentId of an attach of this run
 */
export async function handBackEni(
  context: RunContext,
  name: string,
  eniId: string,
  attachmentId?: string,
): Promise<void> {
  const leaving = { eniId, attachmentId, isUntagged: false, isDetached: false, refusal: undefined };
  await ask(context, `hand back ${eniId} of ${name}`, (signal) => letGo(context, name, leaving, signal), [
    'notFound',
  ]);
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
    const held = { isHeld: toDetach !== undefined, isOurs: leaving.attachmentId !== undefined };
    await untag(context, name, eni, held, signal).catch((error: unknown) => {
      leaving.refusal = refusalIn(error);
    });
    leaving.isUntagged = true;
  }
  if (!leaving.isDetached && toDetach !== undefined) {
    await ec2.detachEni(toDetach, signal);
    leaving.isDetached = true;
  }
  if (isHere) {
    throw new Ec2Error('DetachNetworkInterface', 'notYet', 'Detaching', `${eni.id} is being detached`);
  }
  if (leaving.refusal !== undefined) {
    throw leaving.refusal;
  }
}

function refusalIn(error: unknown): Ec2Error {
  if (error instanceof Ec2Error && error.class === 'notPermitted') {
    return error;
  }
  throw error;
}

/**
 * While the ENI is attached here no other node writes, and a listing may be behind our own tagging. It may as well be
 * behind a detach, and another's tagging after that.
 */
async function untag(
  { ec2, instance: { instanceId }, config }: RunContext,
  name: string,
  eni: Eni,
  { isHeld, isOurs }: { isHeld: boolean; isOurs: boolean },
  signal: AbortSignal,
): Promise<void> {
  const isStill = (shown: Eni) => isOurs || isAvailable(shown) || shown.attachment?.instanceId === instanceId;
  if (isHeld || isClaimed(eni, instanceId)) {
    const unseen = isHeld ? claimTags(name, instanceId, config.cluster) : {};
    await untagClaim(ec2, { eniId: eni.id, instanceId, unseen }, isStill, signal);
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
    throw new Failure(
      exitCodeOf(error),
      `${messageOf(error)}. It is left as it is: the next run on this node takes it up again; once the instance is ` +
        'gone, EC2 detaches it, and sweep takes its tags off',
      { cause: error },
    );
  }
}
