import type { Eni } from '../../claim/facts.ts';
import { attributeChanges } from '../../plan/attributes.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';

/** A call that kubelet need not wait for once EC2 has answered it, be it to put it off. */
export interface Deferred {
  /** EC2's first answer; rejects with a `Failure` if that refuses the call. */
  answered: Promise<void>;
  /** The end of the call, after whatever retries. */
  done: Promise<void>;
}

/**
 * Without DeleteOnTermination the ENI would outlive its instance: EC2's default for an attached ENI is false. It
 * is set while the device appears and its link is set up. Where EC2 puts the call off, the retries go on behind
 * the open gate; where it refuses it, the interface fails.
 */
export function setDeleteOnTermination(
  context: RunContext,
  { config, source }: InterfacePlan,
  eni: Eni,
  attachmentId: string,
): Deferred {
  const { deleteOnTermination } = attributeChanges(config, eni, source.kind === 'attached');
  if (deleteOnTermination === undefined) {
    return { answered: Promise.resolve(), done: Promise.resolve() };
  }
  const first = Promise.withResolvers<void>();
  const done = ask(
    context,
    `set DeleteOnTermination of ${eni.id} to ${deleteOnTermination} for ${config.name}`,
    (signal) =>
      context.ec2
        .setDeleteOnTermination(eni.id, attachmentId, deleteOnTermination, signal)
        .finally(first.resolve),
  );
  // A refusal is thrown right behind the first answer: hence the turn of the clock.
  const answered = Promise.race([done, first.promise.then(() => context.clock.sleep(0))]);
  // Another interface may fail before this is asked for.
  answered.catch(() => undefined);
  return { answered, done };
}

/** Off, where the configuration says so, for pods with addresses that the VPC does not know. */
export async function setSourceDestCheck(
  context: RunContext,
  { config, source }: InterfacePlan,
  eni: Eni,
): Promise<void> {
  const { sourceDestCheck } = attributeChanges(config, eni, source.kind === 'attached');
  if (sourceDestCheck !== undefined) {
    await ask(
      context,
      `set SourceDestCheck of ${eni.id} to ${sourceDestCheck} for ${config.name}`,
      (signal) => context.ec2.setSourceDestCheck(eni.id, sourceDestCheck, signal),
    );
  }
}
