import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { makeArchives } from '../../scripts/package.ts';
import { diskImage } from '../image/disk.ts';
import { imageTree } from '../image/tree.ts';

/** What every VM starts from, without a change to it. */
export interface BaseDisk {
  disk: string;
  kernel: string;
}

/** Where main.ts tells its tests of the disk that it has made. */
export const diskVariable = 'MULTUS_BOOTSTRAP_TEST_DISK';

/** The test machine with the agent installed, and with what lets a test look into it; made if it is not in the cache. */
export async function baseDisk(): Promise<BaseDisk> {
  const made = process.env[diskVariable];
  if (made !== undefined) {
    return { disk: made, kernel: join(await imageTree(), 'vmlinuz') };
  }
  const [tree, [archive = '']] = await Promise.all([imageTree(), makeArchives(['x86_64'])]);
  const hash = createHash('sha256')
    .update(basename(tree))
    .update(await readFile(archive));
  const entries = await readdir(guest, { recursive: true, withFileTypes: true });
  for (const file of entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(`\0${file}\0`).update(await readFile(file));
  }
  const disk = join(dirname(tree), `${prefix}${hash.digest('hex').slice(0, 16)}`);
  await stat(disk).catch(() => makeDisk(disk, tree, archive));
  await utimes(disk, new Date(), new Date());
  await removeOld(dirname(disk));
  return { disk, kernel: join(tree, 'vmlinuz') };
}

const guest = fileURLToPath(new URL('guest', import.meta.url));
const prefix = 'vm-disk-';

async function makeDisk(disk: string, tree: string, archive: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'multus-bootstrap-disk-'));
  try {
    await execa('tar', ['--extract', '--file', archive, '--directory', scratch]);
    const agent = join(scratch, 'agent');
    await mkdir(agent);
    await execa(join(scratch, basename(archive, '.tar.gz'), 'install.sh'), ['--root', agent]);
    const unfinished = `${disk}.${process.pid}`;
    await diskImage(unfinished, [tree, agent, guest]);
    await rename(unfinished, disk);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Each version of the agent makes another; a day later nobody uses it. */
async function removeOld(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => each.startsWith(prefix))) {
    const path = join(folder, name);
    if (Date.now() - (await stat(path)).mtimeMs > 24 * 3600 * 1000) {
      await rm(path, { force: true });
    }
  }
}
