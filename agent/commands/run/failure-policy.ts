import { inspect } from 'node:util';
import { ExitCode, exitCodeOf, messageOf } from '../../failure.ts';
import { gateIsOpen } from '../../host/gate.ts';
import type { Retry } from '../../report/result.ts';
import type { Shell } from '../shell.ts';
import { letFailedNodeJoin } from './kubelet.ts';
import type { Progress } from './progress.ts';
import { tryAgainLater } from './retry.ts';

/** Tells what failed, in the journal; answers with its exit code. */
export function tellFailure({ log }: Shell, error: unknown): ExitCode {
  const exitCode = exitCodeOf(error);
  log.error(exitCode === ExitCode.bug && error instanceof Error ? bugReport(error) : messageOf(error));
  return exitCode;
}

/** With the stacks of its causes: one failure may stand for several. */
function bugReport(error: Error): string {
  return `this is a bug in multus-bootstrap; please report it with these lines:\n${inspect(error)}`;
}

/**
 * A bug means Block, as a crash does: what the node is worth is not known. Answers when the unit tries again, where
 * kubelet is held back by a failure that time can heal.
 */
export async function applyFailurePolicy(
  shell: Shell,
  progress: Progress,
  exitCode: ExitCode,
): Promise<Retry | undefined> {
  const { root, log } = shell;
  if (progress.joined) {
    log.warn(`the interfaces are whole and kubelet may start all the same (exit code ${exitCode})`);
    return undefined;
  }
  const policy = progress.kubelet?.config.failurePolicy ?? 'Block';
  try {
    if (progress.kubelet !== undefined && policy !== 'Block' && exitCode !== ExitCode.bug) {
      await letFailedNodeJoin(shell, progress, progress.kubelet);
      log.warn(`failurePolicy ${policy}: kubelet may start all the same (exit code ${exitCode})`);
      return undefined;
    }
  } catch (error) {
    log.error(`failurePolicy ${policy} could not be carried out: ${messageOf(error)}`);
  }
  if (await gateIsOpen(root)) {
    log.warn(`kubelet is left as it is, since it has run before (exit code ${exitCode})`);
    return undefined;
  }
  const retry = await tryAgainLater(shell, exitCode);
  log.warn(
    `kubelet is held back (exit code ${exitCode}); ${whatNext(exitCode, retry)}: systemctl restart multus-bootstrap && systemctl start nodeadm-run`,
  );
  return retry;
}

function whatNext(exitCode: ExitCode, retry: Retry | undefined): string {
  if (retry !== undefined) {
    const { failures, fromSeconds } = retry;
    return `failure ${failures} in a row, the unit tries again in ${fromSeconds} to ${2 * fromSeconds} s; to do so now`;
  }
  switch (exitCode) {
    case ExitCode.noneFree:
    case ExitCode.deadline:
    case ExitCode.unreachable:
      return 'time may heal this; to try again';
    case ExitCode.configuration:
      return 'user data cannot change while the instance runs: correct the launch template and replace the node. If it is something else that was mended';
    default:
      return 'once this is mended';
  }
}
