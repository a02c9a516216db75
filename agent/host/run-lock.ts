import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExitCode, Failure } from '../failure.ts';
import { fileFailure } from './files.ts';
import { paths } from './paths.ts';

export interface RunLock {
  release(): Promise<void>;
}

/** A status with which flock(1) ends for no other reason. */
const heldByAnother = 100;

/**
 * Keeps two runs on one root apart. Node.js knows no file locks, so flock(1) takes it on a file that this process
 * has open: the lock is the open file's, and the kernel frees it when the process dies, however it dies. Only root
 * may open the file, so nobody else can hold a boot up. Throws a `Failure` (9) when another run holds it.
 */
export async function acquireRunLock(root: string): Promise<RunLock> {
  const path = paths(root).lock;
  const file = openForRoot(path);
  try {
    lock(root, path, file);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return { release: async () => closeSync(file) };
}

function openForRoot(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw fileFailure('open', path, error);
  }
}

function lock(root: string, path: string, file: number): void {
  // Nothing else is under way yet that would wait for it.
  const { status, stderr, error } = spawnSync(
    'flock',
    ['--nonblock', '--conflict-exit-code', String(heldByAnother), '3'],
    { stdio: ['ignore', 'ignore', 'pipe', file], encoding: 'utf8' },
  );
  if (error !== undefined) {
    throw new Failure(
      ExitCode.host,
      `could not run flock to lock ${path}: ${error.message}; install util-linux`,
      { cause: error },
    );
  }
  if (status === heldByAnother) {
    throw new Failure(
      ExitCode.host,
      `another run is in progress on ${root}, and two would undo each other's work; wait for it: ` +
        'see journalctl -u multus-bootstrap',
    );
  }
  if (status !== 0) {
    throw new Failure(
      ExitCode.host,
      `could not lock ${path}: ${stderr.trim()}; it must be on a local file system`,
    );
  }
}
