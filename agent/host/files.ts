import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ExitCode, Failure } from '../failure.ts';

/** The text of a file, undefined if there is none. Throws a `Failure` (9) if it is there but cannot be read. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  return orAbsent('read', path, readFile(path, 'utf8'));
}

/** Milliseconds since the file was written. Throws a `Failure` (9). */
export async function ageOf(path: string): Promise<number> {
  const status = await orAbsent('look at', path, stat(path));
  return status === undefined ? 0 : Date.now() - status.mtimeMs;
}

/** The names in a folder, sorted; none if there is no such folder. Throws a `Failure` (9) if it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return ((await orAbsent('list', folder, readdir(folder))) ?? []).sort();
}

/** Removes a file; false if there was none. Throws a `Failure` (9). */
export async function removeFile(path: string): Promise<boolean> {
  return (
    (await orAbsent(
      'remove',
      path,
      rm(path).then(() => true),
    )) ?? false
  );
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
    await mkdir(folder, { recursive: true });
    await rm(temporary, { force: true });
    await writeAndSync(temporary, content);
    await rename(temporary, path);
    // The rename itself is only on the disk once the folder is.
    await sync(folder);
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}

async function writeAndSync(path: string, content: string): Promise<void> {
  // Exclusive: it fails where there is anything, a dangling link included.
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function orAbsent<T>(verb: string, path: string, action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
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
