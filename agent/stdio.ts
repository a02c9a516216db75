import { setImmediate } from 'node:timers/promises';
import { ExitCode } from './failure.ts';
import { errorCode, fileFailure } from './host/files.ts';

/**
 * Runs the program, and answers its exit code, as far as its output does not change it. A log that cannot be written
 * must not end a boot, and a reader that has enough, as in `plan | head`, is no failure; output that is lost
 * otherwise is one (9), be the work done.
 */
export async function withOutput(program: () => Promise<ExitCode>): Promise<ExitCode> {
  let lost: unknown;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') {
      lost = error;
    }
  });
  const exitCode = await program();
  // A write's error is an event of the turn after it.
  await setImmediate();
  if (lost === undefined) {
    return exitCode;
  }
  process.stderr.write(`${fileFailure('write', 'to standard output', lost).message}\n`);
  return exitCode === ExitCode.done ? ExitCode.host : exitCode;
}
