/**
 * The program's exit codes. Units, scripts and users rely on them: the unit retries those that time can heal
 * (5, 7, 8) and leaves the others for someone to act on.
 */
export const ExitCode = {
  done: 0,
  bug: 1,
  usage: 2,
  configuration: 3,
  notPermitted: 4,
  noneFree: 5,
  limit: 6,
  deadline: 7,
  unreachable: 8,
  host: 9,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * An expected way to fail, told to the user as it stands: `message` says what was tried, on what, what came
 * back, and what to do about it. Anything else that is thrown is a bug and exits 1.
 */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/** Whatever was thrown, as the exit code that tells of it: what is not a `Failure` is a bug. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof Failure ? error.exitCode : ExitCode.bug;
}

/** What to tell of whatever was thrown: an error's message, without its stack. */
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
