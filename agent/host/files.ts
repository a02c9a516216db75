import {
  closeSync,
  fsync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ExitCode, Failure } from '../failure.ts';

// What the kernel answers from memory takes a tenth of the way to a thread and back: only for the disk is there a wait.
const onDisk = promisify(fsync);

/** The text of a file, undefined if there is none. Throws a `Failure` (9) if it is there but cannot be read. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  return readNow(path);
}

/** As `readIfPresent`, for what nothing may happen behind. */
export function readNow(path: string): string | undefined {
  return orAbsent('read', path, () => readFileSync(path, 'utf8'));
}

/** Milliseconds since the file was written. Throws a `Failure` (9). */
export async function ageOf(path: string): Promise<number> {
  const status = orAbsent('look at', path, () => statSync(path));
  return status === undefined ? 0 : Date.now() - status.mtimeMs;
}

/** The names in a folder, sorted; none if there is no such folder. Throws a `Failure` (9) if it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return namesNow(folder);
}

/** As `namesIn`, for what nothing may happen behind. */
export function namesNow(folder: string): string[] {
  return (orAbsent('list', folder, () => readdirSync(folder)) ?? []).sort();
}

/** Removes a file; false if there was none. Throws a `Failure` (9). */
export async function removeFile(path: string): Promise<boolean> {
  return removeNow(path);
}

/** As `removeFile`, for what nothing may happen behind. */
export function removeNow(path: string): boolean {
  const remove = () => {
    rmSync(path);
    return true;
  };
  return orAbsent('remove', path, remove) ?? false;
}

/**
 * Replaces a file whole, or not at all, and makes its folder where that is missing: it is on the disk, under
 * its name, when this resolves. The temporary file is hidden and ends in `.tmp`, which neither udev, networkd
 * nor nodeadm reads. It is the same at each try, so a killed run leaves no more than one; no link
 * in its place is followed. Throws a `Failure` (9).
 */
export async function writeAtomically(path: string, content: string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(temporary, { force: true });
    // Exclusive: it fails where there is anything, a dangling link included.
    await withFile(temporary, 'wx', (file) => {
      writeFileSync(file, content);
      return onDisk(file);
    });
    renameSync(temporary, path);
    // The rename itself is only on the disk once the folder is.
    await withFile(folder, 'r', onDisk);
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}

async function withFile(path: string, flags: string, use: (file: number) => Promise<void>): Promise<void> {
  const file = openSync(path, flags, 0o644);
  try {
    await use(file);
  } finally {
    closeSync(file);
  }
}

function orAbsent<T>(verb: string, path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return undefined;
    }
    throw fileFailure(verb, path, error);
  }
}

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'run as root',
  EPERM: 'run as root',
  ENOSPC: 'free some disk space',
  EROFS: 'the file system is read-only: remount it for writing',
  // What Node.js makes of EROFS where it cannot make the folders of a path.
  ENOENT: 'the file system may be read-only: remount it for writing',
};

/** What a system call failed with, as a `Failure` (9): what was tried, what came back, what to do. */
export function fileFailure(verb: string, path: string, error: unknown): Failure {
  const code = errorCode(error) ?? '';
  const remedy = remedies[code] ?? 'check this path and the disk';
  const cameBack = error instanceof Error ? error.message : String(error);
  return new Failure(ExitCode.host, `could not ${verb} ${path}: ${cameBack}; ${remedy}`, { cause: error });
}

/** The system's code of an error, `ENOENT`, if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) {
    return undefined;
  }
  return typeof error.code === 'string' ? error.code : undefined;
}
