import type { Eni } from '../../claim/facts.ts';
import { ExitCode, exitCodeOf } from '../../failure.ts';
import { isAttached } from '../../plan/eni-source.ts';
import { carrierTags, claimTags, claimTagsOf, isClaimed } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { detachEni } from './detach.ts';
import { notTakenBack } from './give-back.ts';
import { giveAddressesOf, isOf } from './node-port/give-back.ts';
import { untagClaim } from './untag.ts';

/** An attach of this run, which no listing may show yet, nor what was done to the ENI since. */
interface Hold {
  attachmentId: string;
  /** The NodePort addresses that its tags name, or are about to. */
  floating: readonly string[];
}

/**
 * Lets go of an ENI that was made beforehand: takes our tags and NodePort addresses off, then detaches it. In that order, since another node
 * may attach and tag it the moment that it is free. It is no error if it is not ours any more.
 */
export async function handBackEni(
  context: RunContext,
  name: string,
  eniId: string,
  hold?: Hold,
): Promise<void> {
  const { ec2, instance, log } = context;
  const [eni] = await ask(context, `hand back ${eniId} of ${name}`, (signal) =>
    ec2.describeEnis({ ids: [eniId] }, signal),
  );
  if (eni !== undefined) {
    // By our tags a later run, or sweep, knows the addresses that are left there for its own to take off.
    const isOwn = hold !== undefined || isOf(eni, instance.instanceId);
    const failure = await giveAddressesOf(context, eniId, isOwn)
      .then(() => untag(context, name, eni, hold))
      .catch((error: unknown) => ({ error }));
    // That IAM keeps addresses or our tags there is told, and keeps no ENI attached.
    if (failure === undefined || exitCodeOf(failure.error) === ExitCode.notPermitted) {
      await detachEni(context, name, eniId, hold?.attachmentId);
    }
    if (failure !== undefined) {
      throw failure.error;
    }
  }
  log.info(`${name}: handed back ${eniId}`, { interface: name, eni: eniId });
}

/**
 * What this run has attached itself no other node can tag: all tags go at once. A listing that shows the ENI attached
 * here may be behind a detach, and another's tagging after that: then, as for one that is available, they go in two
 * steps. The claim's tags may all be there though none is shown.
 */
async function untag(context: RunContext, name: string, eni: Eni, hold: Hold | undefined): Promise<void> {
  const { instance, config, ec2 } = context;
  const { instanceId } = instance;
  const subject = `take our tags off ${eni.id} of ${name}`;
  const whole = claimTags(name, instanceId, config.cluster);
  if (hold !== undefined) {
    const tags = { ...claimTagsOf(eni), ...whole, ...carrierTags(hold.floating) };
    await ask(context, subject, (signal) => ec2.deleteTags(eni.id, tags, signal), ['notFound']);
  } else if (isAttached(eni, instanceId)) {
    await untagClaim(context, subject, { eniId: eni.id, instanceId, unseen: whole });
  } else if (isClaimed(eni, instanceId)) {
    await untagClaim(context, subject, { eniId: eni.id, instanceId, unseen: {} });
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
  { eniId, attachmentId, floating = [] }: { eniId: string } & Partial<Hold>,
  isOpen: boolean,
): Promise<void> {
  const { host, instance } = context;
  try {
    await handBackEni(
      context,
      name,
      eniId,
      attachmentId === undefined ? undefined : { attachmentId, floating },
    );
    if (attachmentId !== undefined || !isOpen) {
      await host.removeLinkFiles(instance.instanceId, name);
      await host.removeIntent(name);
    }
  } catch (error) {
    throw notTakenBack(error, 'EC2 detaches it, and sweep takes its tags off');
  }
}
