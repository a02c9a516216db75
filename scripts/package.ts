/** Makes the archives that are installed on nodes and into images: `npm run package`. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { describe, pack } from './package/archive.ts';
import type { Architecture } from './package/runtime.ts';
import { addRuntime, layTree } from './package/tree.ts';

const repository = new URL('..', import.meta.url).pathname;

/** Makes `dist/multus-bootstrap-<version>-<architecture>.tar.gz`, one for each. Answers with their paths. */
export async function makeArchives(architectures: Architecture[]): Promise<string[]> {
  const dist = join(repository, 'dist');
  await mkdir(dist, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'multus-bootstrap-package-'));
  try {
    const tree = join(work, 'tree');
    await layTree(repository, tree, join(work, 'build'));
    return await Promise.all(
      architectures.map(async (architecture) => {
        const name = `multus-bootstrap-${packageJson.version}-${architecture}`;
        const archive = join(dist, `${name}.tar.gz`);
        await addRuntime(repository, tree, architecture, join(work, name));
        await pack(join(work, name), archive);
        return archive;
      }),
    );
  } finally {
    await rm(work, { recursive: true });
  }
}

if (import.meta.main) {
  for (const archive of await makeArchives(['x86_64', 'arm64'])) {
    console.log(await describe(archive));
  }
}
