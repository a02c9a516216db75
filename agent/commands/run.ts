import { inspect } from 'node:util';
import { ExitCode, exitCodeOf, messageOf } from '../failure.ts';
import { closeGate, gateIsOpen, kubeletHasStarted } from '../host/gate.ts';
import { acquireRunLock } from '../host/run-lock.ts';
import { writeResult } from '../report/result.ts';
import { boot } from './run/boot.ts';
import { letFailedNodeJoin } from './run/kubelet.ts';
import type { Progress } from './run/progress.ts';
import { interfaceResult } from './run/summary.ts';
import { createShell, type Shell } from './shell.ts';

/**
 * The boot job: observe, plan, apply, report. Answers with the exit code; by then a failure has been told in the
 * journal and in the result file, and the gate is as the failurePolicy wants it.
 */
export async function run({ root }: { root: string }): Promise<ExitCode> {
  const shell = createShell(root);
  try {
    const lock = await acquireRunLock(root);
    const exitCode = await runAlone(shell);
    await lock.release();
    return exitCode;
  } catch (error) {
    // Another run is in progress.
    return tellFailure(shell, error);
  }
}

async function runAlone(shell: Shell): Promise<ExitCode> {
  const { root } = shell;
  const startedAt = new Date();
  const progress: Progress = {
    ready: [],
    leftovers: Promise.resolve(),
    joined: false,
    labels: {},
    warnings: [],
  };
  let exitCode: ExitCode = ExitCode.done;
  let message: string;
  try {
    // Once kubelet has run, a closed gate would only keep it from coming back.
    if ((await gateIsOpen(root)) && !(await kubeletHasStarted(root))) {
      await closeGate(root);
    }
    message = await boot(shell, progress);
    shell.log.info(message);
  } catch (error) {
    message = messageOf(error);
    exitCode = tellFailure(shell, error);
    await applyFailurePolicy(shell, progress, exitCode);
    await finish(shell, progress, error);
  }
  progress.deadline?.[Symbol.dispose]();
  try {
    await writeResult(root, {
      // IMDS has not told: the next run takes the file for another instance's, and removes it.
      instanceId: progress.identity?.instanceId ?? 'unknown',
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      ms: Math.round(shell.clock.now()),
      exitCode,
      message,
      warnings: progress.warnings,
      ec2Calls: { ...progress.ec2?.calls() },
      interfaces: progress.ready.map(interfaceResult),
      labels: progress.labels,
      gate: (await gateIsOpen(root)) ? 'open' : 'closed',
    });
    return exitCode;
  } catch (error) {
    const unwritten = tellFailure(shell, error);
    return exitCode === ExitCode.done ? unwritten : exitCode;
  }
}

function tellFailure({ log }: Shell, error: unknown): ExitCode {
  const exitCode = exitCodeOf(error);
  log.error(exitCode === ExitCode.bug && error instanceof Error ? bugReport(error) : messageOf(error));
  return exitCode;
}

/** With the stacks of its causes: one failure may stand for several. */
function bugReport(error: Error): string {
  return `this is a bug in multus-bootstrap; please report it with these lines:\n${inspect(error)}`;
}

/** What kubelet need not wait for: interfaces that stay get their DeleteOnTermination, which no later run is sure to set. */
async function finish({ log }: Shell, { ready, leftovers }: Progress, told: unknown): Promise<void> {
  await leftovers;
  const outcomes = await Promise.allSettled(ready.map((each) => each.deleteOnTermination.done));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && outcome.reason !== told) {
      log.error(messageOf(outcome.reason));
    }
  }
}

/** A bug means Block, as a crash does: what the node is worth is not known. */
async function applyFailurePolicy(shell: Shell, progress: Progress, exitCode: ExitCode): Promise<void> {
  const { root, log } = shell;
  if (progress.joined) {
    log.warn(`the interfaces are whole and kubelet may start all the same (exit code ${exitCode})`);
    return;
  }
  const policy = progress.kubelet?.config.failurePolicy ?? 'Block';
  try {
    if (progress.kubelet !== undefined && policy !== 'Block' && exitCode !== ExitCode.bug) {
      await letFailedNodeJoin(shell, progress, progress.kubelet);
      log.warn(`failurePolicy ${policy}: kubelet may start all the same (exit code ${exitCode})`);
      return;
    }
  } catch (error) {
    log.error(`failurePolicy ${policy} could not be carried out: ${messageOf(error)}`);
  }
  if (await gateIsOpen(root)) {
    log.warn(`kubelet is left as it is, since it has run before (exit code ${exitCode})`);
    return;
  }
  log.warn(
    `kubelet is held back (exit code ${exitCode}); ${whatNext(exitCode)}: systemctl restart multus-bootstrap && systemctl start nodeadm-run`,
  );
}

function whatNext(exitCode: ExitCode): string {
  switch (exitCode) {
    case ExitCode.noneFree:
    case ExitCode.deadline:
    case ExitCode.unreachable:
      return 'the unit tries again by itself; to do so now';
    case ExitCode.configuration:
      return 'user data cannot change while the instance runs: correct the launch template and replace the node. If it is something else that was mended';
    default:
      return 'once this is mended';
  }
}
