import { combine, ExitCode, exitCodeOf } from '../../failure.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import type { Plan } from '../../plan/steps.ts';
import type { RunContext } from './context.ts';
import { takeBack } from './give-back.ts';
import { takeBackClaim } from './hand-back.ts';
import { giveAddressesOf } from './node-port/give-back.ts';
import { isOpen, notedly } from './taking-back.ts';
import { type Applied, configure, isWhole, type Way, wholeOf } from './way.ts';

/**
 * Takes back what may not stay, and sets up what may: under failurePolicy Taint and Ignore pods may use it.
 *
 * @param claimed links with NodePort addresses; undefined: what an earlier run has set up stays as it is
 */
export async function retreat(
  context: RunContext,
  plan: Plan,
  ways: readonly Way[],
  claimed: readonly NodePortLink[] | undefined,
  failures: unknown[],
): Promise<Applied> {
  const mayStay = !failures.some(needsSomeone);
  const toTakeBack = mayStay ? ways.filter((way) => !isWhole(way)) : ways;
  const ready = mayStay ? wholeOf(ways) : [];
  const isKept = ({ eniId, isPrimary }: NodePortLink) =>
    isPrimary || ready.some(({ eni }) => eni.id === eniId);
  const nodePort = claimed?.filter((link) => mayStay && isKept(link));
  const primary = plan.nodePort.filter(({ isPrimary }) => isPrimary);
  const outcomes = await Promise.allSettled([
    ...toTakeBack.map((way) => undo(context, way)),
    ...(mayStay || claimed === undefined
      ? []
      : primary.map(({ eni }) => giveAddressesOf(context, eni?.id ?? ''))),
    configure(context, ready, nodePort),
  ]);
  const more: unknown[] = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  return { ready, nodePort, failure: combine([...failures, ...more]) };
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
