import { ExitCode } from '../../failure.ts';
import { cancelLaterStart, isUnitsOwnProcess, retryTimer, startUnitLater } from '../../host/units.ts';
import { type LastResult, type Retry, readResult } from '../../report/result.ts';
import type { Shell } from '../shell.ts';

/** In seconds. EC2's trouble lasts minutes or hours; a node that waits costs no more than its instance. */
const pause = { first: 30, longest: 15 * 60 };

const healable: readonly ExitCode[] = [ExitCode.noneFree, ExitCode.deadline, ExitCode.unreachable];

/** The retry after a failure with this exit code; undefined where time heals nothing. */
export function nextRetry(exitCode: ExitCode, last: LastResult): Retry | undefined {
  if (!healable.includes(exitCode)) {
    return undefined;
  }
  const before = last.state === 'read' ? (last.result.retry?.failures ?? 0) : 0;
  return { failures: before + 1, fromSeconds: Math.min(pause.first * 2 ** before, pause.longest) };
}

/**
 * After a failure that holds kubelet back: sees to it that the unit is started again, where time can heal the
 * failure. Answers what was arranged, or undefined; a run that was started by hand arranges nothing.
 */
export async function tryAgainLater({ root, log }: Shell, exitCode: ExitCode): Promise<Retry | undefined> {
  if (!(await isUnitsOwnProcess(root))) {
    return undefined;
  }
  await cancelLaterStart(root);
  const last = await readResult(root).catch((): LastResult => ({ state: 'absent' }));
  const retry = nextRetry(exitCode, last);
  if (retry === undefined) {
    return undefined;
  }
  const started = await startUnitLater(retry.fromSeconds);
  if (!started.ok) {
    log.error(
      `could not start ${retryTimer}, which would try again: ${started.said}; systemctl restart multus-bootstrap does it by hand`,
    );
    return undefined;
  }
  return retry;
}
