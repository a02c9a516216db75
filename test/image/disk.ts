import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/**
 * Lays folders over each other, the first one below, in a new folder on the same file system. The files of the first are linked,
 * not copied: to change one, replace it (`cp --remove-destination`, `install`, a rename), never write into it.
 */
async function layTree(to: string, [base, ...over]: [string, ...string[]]): Promise<void> {
  await execa('cp', ['--archive', '--link', base, to]);
  for (const layer of over) {
    await execa('cp', [
      '--recursive',
      '--no-dereference',
      '--remove-destination',
      '--preserve=mode',
      `${layer}/.`,
      to,
    ]);
  }
}

/** Makes a sparse ext4 image of folders laid over each other. Needs no mount; the scratch space is beside the first of them. */
export async function diskImage(
  file: string,
  layers: [string, ...string[]],
  megabytes = 1536,
): Promise<void> {
  const scratch = await mkdtemp(join(dirname(layers[0]), 'disk-'));
  try {
    const tree = join(scratch, 'tree');
    await layTree(tree, layers);
    await rm(file, { force: true });
    await execa('mke2fs', ['-q', '-t', 'ext4', '-F', '-m', '0', '-d', tree, file, `${megabytes}m`]);
  } finally {
    await rm(scratch, { recursive: true });
  }
}
