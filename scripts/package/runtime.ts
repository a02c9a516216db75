import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Machines, and how the npm packages of Node.js call them. */
const architectures = { x86_64: 'x64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof architectures;

/**
 * The folder of the npm package with the Node.js that package-lock.json pins for that machine. `npm ci` at the
 * repository installs this machine's only; here too npm checks it against the lock file's hash.
 */
export async function nodeRuntime(repository: string, architecture: Architecture): Promise<string> {
  const cpu = architectures[architecture];
  const lock: { packages: Record<string, { integrity?: string }> } = JSON.parse(
    await readFile(join(repository, 'package-lock.json'), 'utf8'),
  );
  const { integrity } = lock.packages[`node_modules/node-linux-${cpu}`] ?? {};
  if (integrity === undefined) {
    throw new Error(`package-lock.json has no hash of node-linux-${cpu}; make it anew with npm`);
  }
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'multus-bootstrap');
  const key = createHash('sha256').update(integrity).digest('hex').slice(0, 16);
  const runtime = join(cache, `node-${architecture}-${key}`);
  if (!(await exists(runtime))) {
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, 'npm-'));
    try {
      await install(repository, folder, cpu);
      await rename(join(folder, 'node_modules', `node-linux-${cpu}`), runtime).catch(async (error) => {
        // Another may have been faster.
        if (!(await exists(runtime))) {
          throw error;
        }
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return runtime;
}

/** All that the program itself uses is bundled: without devDependencies, the runtime alone is left. */
async function install(repository: string, folder: string, cpu: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) {
    await copyFile(join(repository, file), join(folder, file));
  }
  await execa(
    'npm',
    ['ci', '--omit=dev', '--os=linux', `--cpu=${cpu}`, '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: folder,
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
