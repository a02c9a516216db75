import type { Clock } from '../../clock.ts';
import { ExitCode, Failure } from '../../failure.ts';
import { tryLock } from '../lock.ts';
import { paths } from '../paths.ts';

/** Beyond what the watcher gives itself for it. */
const boundMs = 40_000;
const againMs = 50;

/**
 * Does this while no other process does it below the same root: a run and the watcher set the same addresses up, and two at
 * once would stumble over each other, or leave a mixture. Throws a `Failure` (9) when the other does not come to an end.
 */
export async function alone<T>(
  root: string,
  clock: Clock,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const path = paths(root).nodePortHostLock;
  const until = clock.now() + boundMs;
  let lock = await tryLock(path);
  while (lock === undefined) {
    if (clock.now() >= until) {
      throw new Failure(
        ExitCode.host,
        `another process has been setting up NodePort addresses on ${root} for ${boundMs / 1000} s; ` +
          'see journalctl -u multus-bootstrap -u multus-bootstrap-nodeport',
      );
    }
    // flock's own wait would keep all else in this process waiting.
    await clock.sleep(againMs, signal);
    lock = await tryLock(path);
  }
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
