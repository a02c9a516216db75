import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExitCode, Failure } from '../failure.ts';
import { fileFailure } from './files.ts';

export interface Lock {
  release(): Promise<void>;
}

/** A status with which flock(1) ends for no other reason. */
const heldByAnother = 100;

/**
 * Takes a lock, and answers undefined where another process holds it. Node.js knows no file locks, so flock(1) takes
 * it on a file that this process has open: the lock is the open file's, and the kernel frees it when the process dies,
 * however it dies. Only root may open the file, so nobody else can hold us up. Throws a `Failure` (9).
 */
export async function tryLock(path: string, waitSeconds = 0): Promise<Lock | undefined> {
  const file = openForRoot(path);
  const wait = waitSeconds === 0 ? '--nonblock' : `--timeout=${waitSeconds}`;
  try {
    if (flock(path, file, '--exclusive', wait)) {
      return { release: async () => closeSync(file) };
    }
  } catch (error) {
    closeSync(file);
    throw error;
  }
  closeSync(file);
  return undefined;
}

/** Whether a process holds the lock: who wants it in this very moment must wait for it. Throws a `Failure` (9). */
export async function isLocked(path: string): Promise<boolean> {
  if (!existsSync(path)) {
    return false;
  }
  const file = openForRoot(path);
  try {
    return !flock(path, file, '--shared', '--nonblock');
  } finally {
    closeSync(file);
  }
}

function openForRoot(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw fileFailure('open', path, error);
  }
}

/** False where another holds it. */
function flock(path: string, file: number, ...options: string[]): boolean {
  // Without a wait it takes some milliseconds, in which nothing else is done.
  const { status, stderr, error } = spawnSync(
    'flock',
    [...options, '--conflict-exit-code', String(heldByAnother), '3'],
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
    return false;
  }
  if (status !== 0) {
    throw new Failure(
      ExitCode.host,
      `could not lock ${path}: ${stderr.trim()}; it must be on a local file system`,
    );
  }
  return true;
}
