/** What a host's command answered: its output, or what it said as it failed. */
export type CommandResult = { ok: true; stdout: string } | { ok: false; said: string };

/**
 * Runs a command of the host. It is killed, and the signal's reason thrown, when the signal aborts; without a signal,
 * after half a minute. One that cannot be started is told like one that failed.
 */
export async function tryCommand(
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<CommandResult> {
  // execa is loaded where a command runs first: a node without any configuration never needs it.
  const { execa } = await import('execa');
  const bound = signal === undefined ? { timeout: 30_000 } : { cancelSignal: signal };
  const result = await execa(file, args, { ...bound, reject: false });
  signal?.throwIfAborted();
  if (!result.failed) {
    return { ok: true, stdout: result.stdout };
  }
  return { ok: false, said: result.stderr.trim() || (result.shortMessage ?? 'no output') };
}
