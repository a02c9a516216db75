import { ExitCode, Failure } from '../failure.ts';
import { type Lock, tryLock } from './lock.ts';
import { paths } from './paths.ts';

/** Keeps two runs on one root apart. Throws a `Failure` (9) when another run holds the lock. */
export async function acquireRunLock(root: string): Promise<Lock> {
  const lock = await tryLock(paths(root).lock);
  if (lock === undefined) {
    throw new Failure(
      ExitCode.host,
      `another run is in progress on ${root}, and two would undo each other's work; wait for it: ` +
        'see journalctl -u multus-bootstrap',
    );
  }
  return lock;
}
