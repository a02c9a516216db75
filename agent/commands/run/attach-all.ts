import { createDeadline } from '../../deadline.ts';
import { makePlan } from '../../plan/plan.ts';
import { apply } from './apply.ts';
import type { KubeletContext, RunContext } from './context.ts';
import { clearLeftovers } from './leftovers.ts';
import { formerCarriers, untagFormerCarriers } from './node-port/carrier-tags.ts';
import { giveUnwantedBack } from './node-port/give-back.ts';
import { observe } from './observe.ts';
import { type Progress, warn } from './progress.ts';
import { intention } from './summary.ts';
import { graceMs } from './taking-back.ts';

/**
 * Observe, plan, apply: when it resolves, every interface is whole. What is ready, and what goes on beside it, is in
 * `progress`, also when it throws the `Failure` of the interfaces that are not.
 */
export async function attachAll(
  context: RunContext,
  progress: Progress,
  kubelet: Pick<KubeletContext, 'cardEnis'>,
): Promise<void> {
  const { clock, log, config } = context;
  const { seen, intents } = await observe(context);
  kubelet.cardEnis = seen.limits.cards.find(({ index }) => index === 0)?.maximumInterfaces;
  const plan = makePlan(config, seen);
  warn(log, progress, plan.warnings);
  for (const each of plan.interfaces) {
    log.info(intention(each), { interface: each.config.name });
  }
  // An address that is to be on another ENI from now on must be off the old one before.
  await giveUnwantedBack(context, plan.unwanted);
  progress.leftovers = Promise.all([
    clearLeftovers(context, plan, seen, intents),
    untagFormerCarriers(context, formerCarriers(context, seen.enis, plan.nodePort)),
  ]).then(() => undefined);
  const { ready, nodePort, failure } = await apply(context, plan, intents, () => {
    progress.graceUntil = clock.now() + graceMs;
    return createDeadline(clock, progress.graceUntil, 'the time for taking back');
  });
  progress.ready = ready;
  progress.nodePort = nodePort;
  // Of ENIs that are gone, or another's, by now.
  const own = [...(nodePort ?? []).map(({ eniId }) => eniId), ...plan.nodePort.map(({ eni }) => eni?.id)];
  const strays = (seen.addressClaims ?? []).filter(
    (claim) => !own.includes(claim.eniId) && !plan.unwanted.includes(claim),
  );
  if (failure !== undefined) {
    throw failure;
  }
  progress.leftovers = Promise.all([progress.leftovers, giveUnwantedBack(context, strays)]).then(
    () => undefined,
  );
}
