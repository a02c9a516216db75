import { chmod, copyFile, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { built, bundle } from '../build.ts';
import { bundledLicences } from './licences.ts';
import { type Architecture, nodeRuntime } from './runtime.ts';

const libexec = 'root/usr/libexec/multus-bootstrap';
const share = 'root/usr/share/multus-bootstrap';
const units = 'root/usr/lib/systemd/system';

/**
 * Lays out what the archives of all machines have: `install.sh` and, below `root/`, the files as they will be
 * installed. `build` is a folder for what stays behind.
 */
export async function layTree(repository: string, tree: string, build: string): Promise<void> {
  const program = join(tree, libexec, 'multus-bootstrap.mjs');
  const licences = await bundledLicences(repository, await bundle(build));
  for (const installer of ['install.sh', join(libexec, 'install.sh')]) {
    await copy(join(repository, 'packer/install.sh'), join(tree, installer), 0o755);
  }
  for (const file of built) {
    await copy(join(build, file), join(tree, libexec, file), file === 'multus-bootstrap.mjs' ? 0o755 : 0o644);
  }
  await copy(join(repository, 'systemd/kubelet-flags'), join(tree, libexec, 'kubelet-flags'), 0o755);
  await mkdir(join(tree, 'root/usr/bin'), { recursive: true });
  await symlink(
    '../libexec/multus-bootstrap/multus-bootstrap.mjs',
    join(tree, 'root/usr/bin/multus-bootstrap'),
  );
  for (const file of await readdir(join(repository, 'systemd'), { recursive: true })) {
    if (/\.(service|timer|conf)$/.test(file)) {
      await copy(join(repository, 'systemd', file), join(tree, units, file), 0o644);
    }
  }
  await mkdir(join(tree, 'root/etc/multus-bootstrap/config.d'), { recursive: true });
  await copy(join(repository, 'README.md'), join(tree, share, 'README.md'), 0o644);
  await copy(join(repository, 'LICENSE'), join(tree, share, 'licenses/multus-bootstrap.txt'), 0o644);
  await writeFile(join(tree, share, 'licenses/bundled.txt'), licences);
  const { stdout: schema } = await execa(process.execPath, [program, 'schema']);
  await writeFile(join(tree, share, 'schema.json'), `${schema}\n`);
}

/** Lays out the archive of one machine: the common tree, and the runtime. */
export async function addRuntime(
  repository: string,
  tree: string,
  architecture: Architecture,
  folder: string,
): Promise<void> {
  const runtime = await nodeRuntime(repository, architecture);
  await cp(tree, folder, { recursive: true, verbatimSymlinks: true });
  await copy(join(runtime, 'bin/node'), join(folder, libexec, 'node'), 0o755);
  await copy(join(runtime, 'LICENSE'), join(folder, share, 'licenses/node.txt'), 0o644);
}

/** The mode is part of the archive: neither the checkout nor the umask may decide on it. */
async function copy(from: string, to: string, mode: number): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, mode);
}
