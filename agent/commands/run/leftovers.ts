import type { Eni } from '../../claim/facts.ts';
import { ExitCode, exitCodeOf, messageOf } from '../../failure.ts';
import type { CreateIntent, Stored, StoredIntent } from '../../host/port.ts';
import { isAttached } from '../../plan/eni-source.ts';
import type { Observation } from '../../plan/observation.ts';
import type { Plan } from '../../plan/steps.ts';
import { tagKeys } from '../../plan/tags.ts';
import type { RunContext } from './context.ts';
import { giveBackEni } from './give-back.ts';
import { handBackEni } from './hand-back.ts';
import { settle } from './recover-eni.ts';

/**
 * Clears away what interrupted runs left and nothing needs: ENIs made twice, and all that was made for interfaces
 * that are not configured any more. It is in nobody's way, and kubelet need not wait for it: a failure is told,
 * and the next run tries again.
 */
export async function clearLeftovers(
  context: RunContext,
  plan: Plan,
  { enis }: Observation,
  intents: readonly StoredIntent[],
): Promise<void> {
  const { surplus, unneeded } = plan;
  const { instanceId } = context.instance;
  const names = context.config.interfaces.map(({ name }) => name);
  const open = abandonedBy(plan, intents);
  const inUse = [...enis.filter((eni) => isAttached(eni, instanceId)), ...unneeded].map(({ id }) => id);
  const left = [
    ...surplus.map((eni) => clear(context, eni.tags[tagKeys.interface] ?? '', eni)),
    ...unneeded.map((eni) => clearClaimed(context, eni.tags[tagKeys.interface] ?? '', eni.id)),
    // What never came to be attached bears no tags.
    ...intents
      .filter((intent) => intent.kind === 'claim' && !inUse.includes(intent.eniId))
      .map((intent) => clear(context, intent.interface, undefined)),
    ...open
      .filter((intent) => !names.includes(intent.interface))
      .map((intent) => clearAbandoned(context, intent)),
    // Its ENI is gone, its files are not: a run was stopped in between.
    ...intents
      .filter((intent) => intent.kind === 'create' && !open.includes(intent))
      .filter((intent) => !enis.some((eni) => eni.tags[tagKeys.interface] === intent.interface))
      .map((intent) => clear(context, intent.interface, undefined)),
  ];
  for (const outcome of await Promise.allSettled(left)) {
    if (outcome.status === 'rejected') {
      context.log.warn(`${messageOf(outcome.reason)}; going on without it`);
    }
  }
}

/**
 * What an earlier run may have created for an interface that is `existing` by now, before the claim takes the place of
 * its intent. A role that may not create any more cannot ask for it: then it is told of, and sweep finds it.
 */
export async function clearBeforeClaim(
  context: RunContext,
  plan: Plan,
  name: string,
  intents: readonly StoredIntent[],
): Promise<void> {
  for (const intent of abandonedBy(plan, intents).filter((each) => each.interface === name)) {
    await clearAbandoned(context, intent).catch((error: unknown) => {
      if (exitCodeOf(error) !== ExitCode.notPermitted) {
        throw error;
      }
      context.log.warn(`${messageOf(error)}; going on without it: if it was created, sweep finds it`);
    });
  }
}

function abandonedBy({ abandoned }: Plan, intents: readonly StoredIntent[]): Stored<CreateIntent>[] {
  return intents
    .filter((intent) => intent.kind === 'create')
    .filter((intent) => abandoned.some((each) => each.interface === intent.interface));
}

async function clearAbandoned(context: RunContext, intent: Stored<CreateIntent>): Promise<void> {
  const eni = await settle(context, intent);
  // One that is attached after all may be in use: a later run, to which EC2 shows it, warns of it.
  if (eni?.attachment === undefined) {
    await clear(context, intent.interface, eni);
  }
}

async function clearClaimed(context: RunContext, name: string, eniId: string): Promise<void> {
  await handBackEni(context, name, eniId);
  await clear(context, name, undefined);
}

async function clear(context: RunContext, name: string, eni: Eni | undefined): Promise<void> {
  const { host, instance, config } = context;
  if (eni !== undefined) {
    await giveBackEni(context, name, eni);
  }
  if (!config.interfaces.some((each) => each.name === name)) {
    await host.removeLinkFiles(instance.instanceId, name);
    await host.removeIntent(name);
  }
}
