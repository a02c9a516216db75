import { combine, ExitCode, exitCodeOf } from '../../failure.ts';
import type { StoredIntent } from '../../host/port.ts';
import type { InterfacePlan, Plan } from '../../plan/steps.ts';
import type { RunContext } from './context.ts';
import type { Deadline } from './deadline.ts';
import { takeBack } from './give-back.ts';
import { takeBackClaim } from './hand-back.ts';
import { bringUp, type Ready } from './interface.ts';
import { clearBeforeClaim } from './leftovers.ts';
import type { Made } from './obtain.ts';
import { isOpen, notedly } from './taking-back.ts';

/** How far one interface came. */
interface Way {
  plan: InterfacePlan;
  /** Undefined until anything may be made: what is there before is left as it is. */
  made: Made | undefined;
  ready?: Ready;
  failure: unknown;
}

/** The interfaces that are whole and stay, and what failed. */
export interface Applied {
  ready: Ready[];
  /** One for all: the code of the first in the configuration's order, the messages of all. */
  failure: unknown;
}

/**
 * Carries out a plan: all interfaces at once, then their links together. If any fails, what this run made is
 * taken back, but for interfaces that are whole when time can heal the failure: the next run finds them in
 * place. What cannot be taken back is told with the failure.
 *
 * @param grace bounds the taking back, which may come after the deadline
 */
export async function apply(
  context: RunContext,
  plan: Plan,
  intents: readonly StoredIntent[],
  grace: () => Deadline,
): Promise<Applied> {
  const ways = await Promise.all(plan.interfaces.map((each) => go(context, plan, each, intents)));
  const [links] = await Promise.allSettled([
    ways.every(isWhole) ? configure(context, wholeOf(ways)) : undefined,
    ...ways.map(noteAnswer),
  ]);
  const failures: unknown[] = ways.filter((way) => !isWhole(way)).map(({ failure }) => failure);
  if (links.status === 'rejected') {
    failures.push(links.reason);
  }
  if (failures.length === 0) {
    return { ready: wholeOf(ways), failure: undefined };
  }
  using deadline = grace();
  return await retreat({ ...context, signal: deadline.signal }, ways, failures);
}

/** A refused DeleteOnTermination fails its interface: the ENI would outlive the instance. */
async function noteAnswer(way: Way): Promise<void> {
  try {
    await way.ready?.deleteOnTermination.answered;
  } catch (failure) {
    way.failure = failure;
  }
}

/** Takes back what may not stay, and sets up what may: under failurePolicy Taint and Ignore pods may use it. */
async function retreat(context: RunContext, ways: readonly Way[], failures: unknown[]): Promise<Applied> {
  const mayStay = !failures.some(needsSomeone);
  const toTakeBack = mayStay ? ways.filter((way) => !isWhole(way)) : ways;
  const ready = mayStay ? wholeOf(ways) : [];
  const outcomes = await Promise.allSettled([
    ...toTakeBack.map((way) => undo(context, way)),
    configure(context, ready),
  ]);
  const more: unknown[] = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  return { ready, failure: combine([...failures, ...more]) };
}

function isWhole({ failure }: Way): boolean {
  return failure === undefined;
}

function wholeOf(ways: readonly Way[]): Ready[] {
  return ways.filter(isWhole).flatMap((way) => way.ready ?? []);
}

async function go(
  context: RunContext,
  whole: Plan,
  plan: InterfacePlan,
  intents: readonly StoredIntent[],
): Promise<Way> {
  const way: Way = { plan, made: undefined, failure: undefined };
  try {
    await clearBeforeClaim(context, whole, plan.config.name, intents);
    way.made = {};
    way.ready = await bringUp(context, plan, intents, way.made);
  } catch (failure) {
    way.failure = failure;
  }
  return way;
}

async function configure(
  { host, instance, log, signal }: RunContext,
  ready: readonly Ready[],
): Promise<void> {
  const links = ready.flatMap(({ link }) => link ?? []);
  for (const { name, changes } of await host.configureLinks(instance.instanceId, links, signal)) {
    log.info(`${name}: ${changes.join(', ')}`, { interface: name });
  }
}

async function undo(context: RunContext, { plan, made, failure }: Way): Promise<void> {
  const { name } = plan.config;
  // What is attached has been there before: its intent is for release, and for a run that EC2's listings fail.
  if (made === undefined || plan.source.kind === 'attached') {
    return;
  }
  const { eniId, claimed } = made;
  if (eniId !== undefined) {
    await notedly(context, name, () => takeBack(context, name, eniId));
  } else if (claimed !== undefined) {
    // An answer that was lost leaves open whether it is attached.
    await notedly(context, name, () => takeBackClaim(context, name, claimed, isOpen(failure)));
  } else if (failure !== undefined && (plan.source.kind === 'claim' || !isOpen(failure))) {
    if (made.linkFiles === true) {
      await context.host.removeLinkFiles(context.instance.instanceId, name);
    }
    await context.host.removeIntent(name);
  }
}

/** Whether no further run can succeed until someone has acted: then nothing is kept for it. */
function needsSomeone(failure: unknown): boolean {
  const exitCode = exitCodeOf(failure);
  return (
    exitCode !== ExitCode.noneFree && exitCode !== ExitCode.deadline && exitCode !== ExitCode.unreachable
  );
}
