import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { bundle } from '../../scripts/build.ts';

/** Builds and compiles the program as it is installed, lets `use` run it, and removes it. */
export async function withProgram<T>(
  use: (program: readonly [string, ...string[]]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  try {
    const file = join(folder, 'multus-bootstrap.mjs');
    await bundle(folder);
    const code = join(folder, 'multus-bootstrap.code');
    await execa(process.execPath, [join(folder, 'compile.mjs'), file, code]);
    return await use([process.execPath, file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
