import { type ExecFileException, execFile } from 'node:child_process';

/** What a host's command answered: its output, or what it said as it failed. */
export type CommandResult = { ok: true; stdout: string } | { ok: false; said: string };

const boundMs = 30_000;

/**
 * Runs a command of the host. It is killed, and the signal's reason thrown, when the signal aborts; without a signal,
 * after half a minute. One that cannot be started is told like one that failed.
 */
export async function tryCommand(
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
  input?: string,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  // Not execa, which takes longer to load than any of these commands to run, while kubelet waits.
  const result = await new Promise<CommandResult>((resolve) => {
    const bound = signal === undefined ? { timeout: boundMs } : { signal };
    const options = { ...bound, killSignal: 'SIGKILL', maxBuffer: Number.POSITIVE_INFINITY } as const;
    const { stdin } = execFile(file, args, options, (error, stdout, stderr) => {
      resolve(
        error === null
          ? { ok: true, stdout: stdout.trimEnd() }
          : { ok: false, said: stderr.trim() || endOf(error) },
      );
    });
    if (input !== undefined) {
      // One that ends before it has read all tells why by how it ends.
      stdin?.on('error', () => undefined);
      stdin?.end(input);
    }
  });
  signal?.throwIfAborted();
  return result;
}

/** How a command ended that has said nothing, or why there is none. */
export function endOf({ code, signal, killed, message }: ExecFileException): string {
  if (typeof code === 'number') {
    return `exited with code ${code}`;
  }
  const after = killed ? ` after ${boundMs / 1000} s` : '';
  return signal ? `was killed by ${signal}${after}` : message;
}
