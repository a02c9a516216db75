import { ExitCode, exitCodeOf, messageOf } from '../../failure.ts';
import type { StoredIntent } from '../../host/port.ts';
import type { RunContext } from './context.ts';

/** EC2's listings are behind by seconds, and what was on its way to EC2 has arrived by then, in ms. */
const shownMs = 10_000;

/** What taking back may take, in ms: the unit's own limit is a minute beyond the longest deadline. */
export const graceMs = 45_000;

/**
 * Takes back what was made for an interface, noted meanwhile with its intent: a run that is started while EC2 still shows
 * all of it would let kubelet start on what is about to go.
 */
export async function notedly(
  context: RunContext,
  name: string,
  takeBack: () => Promise<void>,
): Promise<void> {
  await note(context, name, { isTakenBack: true });
  try {
    await takeBack();
  } catch (error) {
    // What EC2 has refused is not on its way: the next run need not wait for it.
    if (!isOpen(error)) {
      await note(context, name, {});
    }
    throw error;
  }
}

async function note(
  { host, instance, log }: RunContext,
  name: string,
  mark: Pick<StoredIntent, 'isTakenBack'>,
): Promise<void> {
  try {
    const intents = await host.readIntents(instance.instanceId);
    for (const { ageMs: _, isTakenBack: __, ...intent } of intents.filter(
      (each) => each.interface === name,
    )) {
      await host.writeIntent({ ...intent, ...mark });
    }
  } catch (error) {
    log.warn(`${messageOf(error)}; taking back ${name} all the same`);
  }
}

/** Whether EC2 may have done, or may still do, what was asked for all the same. */
export function isOpen(failure: unknown): boolean {
  const exitCode = exitCodeOf(failure);
  return exitCode === ExitCode.deadline || exitCode === ExitCode.unreachable || exitCode === ExitCode.bug;
}

/** Waits until EC2 shows what a run that was stopped meanwhile has taken back. */
export async function untilTakenBackIsShown(
  { clock, log, signal }: RunContext,
  intents: readonly StoredIntent[],
): Promise<void> {
  const waits = intents
    .filter(({ isTakenBack }) => isTakenBack)
    // The note is from its beginning; what it did last may have been done right before it was stopped.
    .map(({ ageMs }) => Math.min(shownMs, shownMs + graceMs - ageMs));
  const ms = Math.max(0, ...waits);
  if (ms > 0) {
    log.info(
      `an earlier run was stopped while it took interfaces back: ${Math.ceil(ms / 1000)} s until EC2 shows it`,
    );
    await clock.sleep(ms, signal).catch(() => undefined);
  }
}
