import { ExitCode, messageOf } from '../failure.ts';
import { closeGate, gateIsOpen } from '../host/gate.ts';
import { acquireRunLock } from '../host/run-lock.ts';
import { gatedUnits } from '../host/units.ts';
import { type Retry, writeResult } from '../report/result.ts';
import { boot } from './run/boot.ts';
import { applyFailurePolicy, tellFailure } from './run/failure-policy.ts';
import { callBack, giveWay } from './run/gated-units.ts';
import { settleNodePort } from './run/node-port/after-failure.ts';
import { newProgress, type Progress } from './run/progress.ts';
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
    const exitCode = (await giveWay(shell)) ?? (await runAlone(shell));
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
  const progress = newProgress();
  let exitCode: ExitCode = ExitCode.done;
  let retry: Retry | undefined;
  let message: string;
  // Beside the wait for IMDS: while this run is at work, the gate turns nothing away.
  const before = gatedUnits(root);
  try {
    // Once kubelet has run, or is about to, a closed gate would only keep it from coming back.
    if (await gateIsOpen(root)) {
      const { kubeletHasStarted, kubeletIsQueued } = await before;
      if (!kubeletHasStarted && !kubeletIsQueued) {
        await closeGate(root);
      }
    }
    message = await boot(shell, progress);
    shell.log.info(message);
  } catch (error) {
    message = messageOf(error);
    exitCode = tellFailure(shell, error);
    retry = await applyFailurePolicy(shell, progress, exitCode);
    await settleNodePort(shell, progress);
    await finish(shell, progress, error);
  }
  progress.deadline?.[Symbol.dispose]();
  try {
    const gate = (await gateIsOpen(root)) ? 'open' : 'closed';
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
      gate,
      ...(retry && { retry }),
    });
    if (gate === 'open') {
      await callBack(shell, await before);
    }
    return exitCode;
  } catch (error) {
    const unwritten = tellFailure(shell, error);
    return exitCode === ExitCode.done ? unwritten : exitCode;
  }
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
