import { createDeadline } from '../deadline.ts';
import { combine, ExitCode } from '../failure.ts';
import type { AskContext } from './run/ask.ts';
import { configure, connect } from './run/node.ts';
import { createShell, type Shell } from './shell.ts';
import { clearAll } from './sweep/clear.ts';
import { confirmed } from './sweep/leftover.ts';
import { look } from './sweep/look.ts';
import { leftoverTable } from './sweep/table.ts';

/** For all of it but the interval: time enough for many ENIs at 5 a second, and for a throttled account. */
const patienceMs = 20 * 60_000;

export interface SweepOptions {
  root: string;
  /** Deletes; else it is only told what would be. */
  yes: boolean;
  /** Between the two looks: what protects instances that EC2 does not show yet. */
  intervalMs: number;
}

/**
 * Finds the ENIs that dead instances have left, and deletes them if told to. Needs no run lock, since it touches
 * nothing of a living instance, and must hold no boot up. Throws a `Failure` for all that could not be cleared.
 */
export async function sweep({ root, yes, intervalMs }: SweepOptions): Promise<ExitCode> {
  const shell = createShell(root);
  try {
    await sweepWith(shell, yes, intervalMs);
  } finally {
    shell.log.progress('');
  }
  return ExitCode.done;
}

async function sweepWith(shell: Shell, yes: boolean, intervalMs: number): Promise<void> {
  const { clock, random, log, imds } = shell;
  const limitMs = patienceMs + intervalMs;
  using deadline = createDeadline(clock, limitMs, `the ${limitMs / 1000} s that sweep has`);
  const { signal } = deadline;
  const identity = await imds.identity(signal);
  // The way to EC2 may lead through a proxy that the node's user data names; nothing else is needed of it.
  const { nodeConfigs } = await configure(shell, signal).catch(() => ({ nodeConfigs: [] }));
  const context: AskContext = { ec2: connect(shell, identity, { nodeConfigs }), clock, random, log, signal };
  const since = new Date();
  const first = await look(context, identity);
  if (first.length === 0) {
    process.stdout.write('nothing to sweep\n');
    return;
  }
  log.progress(`${first.length} ENIs seem to be left over; looking again in ${intervalMs / 1000} s`);
  await clock.sleep(intervalMs, signal);
  const left = confirmed(first, await look(context, identity));
  if (left.length === 0) {
    process.stdout.write('nothing to sweep: the second look confirmed none of the first\n');
    return;
  }
  process.stdout.write(leftoverTable(left, since));
  if (!yes) {
    process.stdout.write('nothing has been changed; with --yes, sweep does what REMEDY says\n');
    return;
  }
  const failures = await clearAll(context, left);
  if (failures.length > 0) {
    throw combine(failures);
  }
}
