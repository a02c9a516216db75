import { ExitCode, Failure } from '../../failure.ts';

/** Whatever was thrown, as the exit code that tells of it: what is not a `Failure` is a bug. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof Failure ? error.exitCode : ExitCode.bug;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One failure for several: the code of the first, the messages of all. */
export function combine(failures: readonly unknown[]): unknown {
  const [first] = failures;
  return failures.length === 1
    ? first
    : new Failure(exitCodeOf(first), failures.map(messageOf).join('\n'), { cause: first });
}
