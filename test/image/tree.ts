import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The root of the test machine's file tree, without the agent: made if it is not in the cache. Not to be written to. */
export async function imageTree(): Promise<string> {
  const [base, binaries] = await Promise.all([cached('base.sh'), imageBinaries()]);
  return cached('tree.sh', 'rootfs', [base, binaries]);
}

/** The folder of nodeadm, nodeadm-internal, and the stand-ins kubelet and cloud-init. */
export async function imageBinaries(): Promise<string> {
  return cached('binaries.sh', 'stand-ins');
}

/** What a script makes, under the hash of what it is made from: the script, a folder beside it, other cached folders. */
async function cached(script: string, folder?: string, args: string[] = []): Promise<string> {
  const hash = createHash('sha256').update(args.map((arg) => basename(arg)).join());
  for (const path of [script, ...(folder === undefined ? [] : await filesIn(folder))]) {
    hash.update(`\0${path}\0`).update(await readFile(join(here, path)));
  }
  const name = `image-${basename(script, '.sh')}-${hash.digest('hex').slice(0, 16)}`;
  const made = join(cacheHome(), 'multus-bootstrap', name);
  await execa(join(here, 'into-cache.sh'), [made, join(here, script), ...args]);
  return made;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(here, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(here.length)).sort();
}

function cacheHome(): string {
  return process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
}
