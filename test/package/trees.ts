import { createHash } from 'node:crypto';
import {
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import type { Architecture } from '../../scripts/package/runtime.ts';
import { makeArchives } from '../../scripts/package.ts';

export interface Test {
  teardown(callback: () => unknown): unknown;
}

/** A folder that goes with the test. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'multus-bootstrap-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

/** The one folder of an archive that has just been made. */
export async function unpacked(t: Test, architecture: Architecture): Promise<string> {
  const [archive = ''] = await makeArchives([architecture]);
  const folder = await temporaryFolder(t);
  await execa('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, basename(archive, '.tar.gz'));
}

/** A file tree to install into, with what a stock image has, and the user's own. */
export async function stockRoot(t: Test): Promise<string> {
  const root = await temporaryFolder(t);
  for (const folder of ['bin', 'etc', 'usr/bin', 'usr/share', 'usr/lib/systemd/system/kubelet.service.d']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await copyFile('/bin/sh', join(root, 'bin/sh'));
  await writeFile(join(root, 'usr/lib/systemd/system/kubelet.service.d/50-user.conf'), '[Service]\n');
  return root;
}

/** Every entry below the folder: its kind, its mode and its content, but for V8's code, which is never the same twice. */
export async function snapshot(root: string): Promise<Record<string, string>> {
  const paths = (await readdir(root, { recursive: true })).sort();
  const entries = paths.map(async (path) => {
    const at = join(root, path);
    const status = await lstat(at);
    const mode = (status.mode & 0o7777).toString(8);
    if (status.isSymbolicLink()) {
      return [path, `-> ${await readlink(at)}`];
    }
    if (status.isDirectory()) {
      return [path, `folder ${mode}`];
    }
    if (path.endsWith('.code')) {
      return [path, `file ${mode}`];
    }
    const hash = createHash('sha256')
      .update(await readFile(at))
      .digest('hex');
    return [path, `file ${mode} ${hash}`];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** What running the install script has said, all on standard output and standard error. */
export async function install(folder: string, ...args: string[]): Promise<string> {
  const { all } = await execa(join(folder, 'install.sh'), args, { all: true });
  return all;
}

/** What it says where it refuses, or undefined if it does not. */
export async function refusal(folder: string, ...args: string[]): Promise<string | undefined> {
  return install(folder, ...args).then(
    () => undefined,
    ({ stderr }: ExecaError) => String(stderr),
  );
}
