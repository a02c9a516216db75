import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { exitCodeOf, Failure, messageOf } from '../../failure.ts';
import { isAttached } from '../../plan/eni-source.ts';
import { claimTags, claimTagsOf } from '../../plan/tags.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';

/**
 * Lets go of an ENI that was made beforehand: takes our tags off, then detaches it. In that order, since another
 * node may attach and tag it the moment that it is free. It is no error if it is not ours any more.
 */
export async function handBackEni(context: RunContext, name: string, eniId: string): Promise<void> {
  await ask(context, `hand back ${eniId} of ${name}`, (signal) => letGo(context, name, eniId, signal), [
    'notFound',
  ]);
  context.log.info(`${name}: handed back ${eniId}`, { interface: name, eni: eniId });
}

async function letGo(context: RunContext, name: string, eniId: string, signal: AbortSignal): Promise<void> {
  const { ec2, instance } = context;
  const [eni] = await ec2.describeEnis({ ids: [eniId] }, signal);
  if (eni?.attachment?.instanceId !== instance.instanceId) {
    return untag(context, name, eni, signal);
  }
  if (isAttached(eni, instance.instanceId)) {
    await untag(context, name, eni, signal);
    await ec2.detachEni(eni.attachment.id, signal);
  }
  throw new Ec2Error('DetachNetworkInterface', 'notYet', 'Detaching', `${eniId} is being detached`);
}

/** By value: what another node has written there meanwhile stays. */
async function untag(
  { ec2, instance, config }: RunContext,
  name: string,
  eni: Eni | undefined,
  signal: AbortSignal,
): Promise<void> {
  const shown = eni === undefined ? {} : claimTagsOf(eni);
  const ours = claimTags(name, instance.instanceId, config.cluster);
  // A listing may be behind our own tagging.
  const isOther = Object.values(shown).length > 0 && !Object.values(shown).includes(instance.instanceId);
  if (eni !== undefined && !isOther) {
    await ec2.deleteTags(eni.id, { ...ours, ...shown }, signal);
  }
}

/** As `takeBack`, for an ENI made beforehand. */
export async function takeBackClaim(context: RunContext, name: string, eniId: string): Promise<void> {
  const { host, instance } = context;
  try {
    await handBackEni(context, name, eniId);
    await host.removeLinkFiles(instance.instanceId, name);
    await host.removeIntent(name);
  } catch (error) {
    throw new Failure(
      exitCodeOf(error),
      `${messageOf(error)}. It is left as it is: the next run on this node takes it up again; once the instance is ` +
        'gone, EC2 detaches it, and sweep takes its tags off',
      { cause: error },
    );
  }
}
