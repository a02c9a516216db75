import type { InterfacePlan } from '../../plan/steps.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';

/**
 * Without it the ENI would outlive its instance: EC2's default for an attached ENI is false. EC2's first answer
 * comes while the device appears. Where it puts the call off, the retries go on behind the open gate, since
 * kubelet need not wait for them: they are `afterwards`. Where it refuses the call, the interface fails.
 */
export async function setDeleteOnTermination(
  context: RunContext,
  { config: { name, deleteOnTermination }, setDeleteOnTermination: isNeeded }: InterfacePlan,
  eniId: string,
  attachmentId: string,
): Promise<{ afterwards: Promise<void> }> {
  if (!isNeeded) {
    return { afterwards: Promise.resolve() };
  }
  const answered = Promise.withResolvers<void>();
  const afterwards = ask(
    context,
    `set DeleteOnTermination of ${eniId} to ${deleteOnTermination} for ${name}`,
    (signal) =>
      context.ec2
        .setDeleteOnTermination(eniId, attachmentId, deleteOnTermination, signal)
        .finally(answered.resolve),
  );
  // A refusal is thrown right behind the first answer: hence the turn of the clock.
  await Promise.race([afterwards, answered.promise.then(() => context.clock.sleep(0))]);
  return { afterwards };
}

/** Off, where the configuration says so, for pods with addresses that the VPC does not know. */
export async function setSourceDestCheck(
  context: RunContext,
  { config: { name, sourceDestCheck }, setSourceDestCheck: isNeeded }: InterfacePlan,
  eniId: string,
): Promise<void> {
  if (isNeeded) {
    await ask(context, `set SourceDestCheck of ${eniId} to ${sourceDestCheck} for ${name}`, (signal) =>
      context.ec2.setSourceDestCheck(eniId, sourceDestCheck, signal),
    );
  }
}
