import { backoff } from '../../backoff.ts';
import { ExitCode, Failure } from '../../failure.ts';
import { isAttached } from '../../plan/eni-source.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';

/** Between looks, in ms: a detach takes seconds as a rule. */
const looking = { base: 250, cap: 2_000 };
const longestMs = 30_000;

/**
 * Detaches the ENI, if it is attached to this instance, and waits until EC2 shows it so.
 *
 * @param attachmentId of an attach of this run, which listings may not show yet
 */
export async function detachEni(
  context: RunContext,
  name: string,
  eniId: string,
  attachmentId?: string,
): Promise<void> {
  await ask(context, `detach ${eniId} of ${name}`, (signal) =>
    detachIfHere(context, eniId, signal, attachmentId),
  );
  await untilDetached(context, name, eniId);
}

/** As one attempt, without waiting for its end. */
export async function detachIfHere(
  { ec2, instance: { instanceId } }: RunContext,
  eniId: string,
  signal: AbortSignal,
  attachmentId?: string,
): Promise<void> {
  const [eni] = await ec2.describeEnis({ ids: [eniId] }, signal);
  if (eni === undefined) {
    return;
  }
  const isHere = eni.attachment?.instanceId === instanceId;
  const shown = isAttached(eni, instanceId) ? eni.attachment?.id : undefined;
  const toDetach = shown ?? (isHere ? undefined : attachmentId);
  if (toDetach !== undefined) {
    await ec2.detachEni(toDetach, signal);
  }
}

/**
 * Waits until EC2 shows the ENI no longer attached to this instance. Throws a `Failure` (7) if it is for 30 s, or by
 * the deadline.
 */
async function untilDetached(context: RunContext, name: string, eniId: string): Promise<void> {
  const { ec2, clock, random, signal, instance } = context;
  const until = clock.now() + longestMs;
  for (let looks = 1; ; looks += 1) {
    const [eni] = await ask(context, `see whether ${eniId} of ${name} is detached`, (each) =>
      ec2.describeEnis({ ids: [eniId] }, each),
    );
    if (eni?.attachment?.instanceId !== instance.instanceId) {
      return;
    }
    const isLate = clock.now() >= until;
    const pauseMs = backoff(looks, random, looking.base, looking.cap);
    if (
      isLate ||
      (await clock.sleep(pauseMs, signal).then(
        () => false,
        () => true,
      ))
    ) {
      throw new Failure(
        ExitCode.deadline,
        `cannot hand back or delete ${eniId} of ${name}: its detach (${eni.attachment.id}) has not ended ` +
          `${isLate ? `in ${longestMs / 1000} s` : 'by the deadline'}. Look at the state of the instance and of ` +
          'the ENI, then run again',
      );
    }
  }
}
