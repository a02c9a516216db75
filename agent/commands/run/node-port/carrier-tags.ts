import type { Eni } from '../../../claim/facts.ts';
import { ExitCode, exitCodeOf, messageOf } from '../../../failure.ts';
import { isAttached } from '../../../plan/eni-source.ts';
import { floatingIn } from '../../../plan/node-port.ts';
import type { NodePortPlan } from '../../../plan/steps.ts';
import { missingTags, primaryTags, tagKeys } from '../../../plan/tags.ts';
import { ask } from '../ask.ts';
import type { RunContext } from '../context.ts';

/**
 * Has the ENI's tags say which floating addresses its node carries. An ENI that was made for this interface says so from
 * its first moment. That IAM does not permit it is told: other nodes do not hand this one an address then.
 */
export async function tagCarrier(
  context: RunContext,
  name: string,
  eni: Eni,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const missing = missingTags(eni, wanted);
  if (Object.keys(missing).length > 0) {
    const subject = `tag ${eni.id} of ${name} with its NodePort addresses`;
    await unlessDenied(context, 'other nodes hand this one no address', () =>
      ask(context, subject, (signal) => context.ec2.createTags(eni.id, missing, signal)),
    );
  }
}

/** The ENIs of this instance that say that it carries floating addresses, and it carries none there any more. */
export function formerCarriers(
  { instance: { instanceId } }: Pick<RunContext, 'instance'>,
  enis: readonly Eni[],
  plans: readonly NodePortPlan[],
): Eni[] {
  const carries = (eni: Eni, plan: NodePortPlan) =>
    plan.eni?.id === eni.id && plan.subnets.some((subnet) => floatingIn(plan.entries, subnet).length > 0);
  return enis.filter(
    (eni) =>
      isAttached(eni, instanceId) &&
      eni.tags[tagKeys.nodePort] !== undefined &&
      !plans.some((plan) => carries(eni, plan)),
  );
}

/** Takes that off the ENI's tags. */
export async function untagCarrier(context: RunContext, eni: Eni): Promise<void> {
  const { [tagKeys.nodePort]: value = '', [tagKeys.interface]: name = '' } = eni.tags;
  const tags = name === 'primary' ? primaryTags([value]) : { [tagKeys.nodePort]: value };
  await unlessDenied(context, 'other nodes may still hand this one an address', () =>
    ask(
      context,
      `take the NodePort addresses of ${name} off the tags of ${eni.id}`,
      (signal) => context.ec2.deleteTags(eni.id, tags, signal),
      ['notFound'],
    ),
  );
}

/** The same for what kubelet need not wait for: a failure is told, and the next run tries again. */
export async function untagFormerCarriers(context: RunContext, enis: readonly Eni[]): Promise<void> {
  for (const outcome of await Promise.allSettled(enis.map((eni) => untagCarrier(context, eni)))) {
    if (outcome.status === 'rejected') {
      context.log.warn(`${messageOf(outcome.reason)}; the next run tries again`);
    }
  }
}

async function unlessDenied(
  { log }: RunContext,
  consequence: string,
  action: () => Promise<unknown>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (exitCodeOf(error) !== ExitCode.notPermitted) {
      throw error;
    }
    log.warn(`${messageOf(error)}; going on: ${consequence}`);
  }
}
