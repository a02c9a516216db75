import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { ownerComment } from '../../agent/host/owner.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';
import { eth1, fails, failsCleanly, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

/** Mounts something over a folder of the node's root. */
async function mountOver(t: Test, node: TestNode, folder: string, ...args: string[]): Promise<string> {
  const path = join(node.root, folder);
  await mkdir(path, { recursive: true });
  await execa('mount', [...args, path]);
  t.teardown(() => execa('umount', [path]));
  return path;
}

async function readOnly(t: Test, node: TestNode, folder: string): Promise<void> {
  await mountOver(t, node, folder, '-t', 'tmpfs', '-o', 'ro', 'tmpfs');
}

/** With no room for a file's first byte. */
async function full(t: Test, node: TestNode, folder: string): Promise<void> {
  const path = await mountOver(t, node, folder, '-t', 'tmpfs', '-o', 'size=4k', 'tmpfs');
  // A file of another instance would be removed.
  await writeFile(join(path, 'filler'), `${ownerComment(node.node.instanceId)}${'#'.repeat(4000)}`);
}

/** A file where a folder is expected. */
async function fileInstead(_t: Test, node: TestNode, folder: string): Promise<void> {
  await rm(join(node.root, folder), { recursive: true, force: true });
  await mkdir(dirname(join(node.root, folder)), { recursive: true });
  await writeFile(join(node.root, folder), '');
}

const network = 'etc/systemd/network';
const intents = 'var/lib/multus-bootstrap';
const cache = 'etc/eks/nodeadm/udev-net-manager';

const cases: [string, string, (t: Test, node: TestNode, folder: string) => Promise<void>, string][] = [
  [
    'the link files: a file is where the folder is to be',
    network,
    fileInstead,
    'check this path and the disk',
  ],
  ['the link files: read-only', network, readOnly, 'the file system is read-only: remount it for writing'],
  ['the link files: no space', network, full, 'free some disk space'],
  ["nodeadm's cache: read-only", cache, readOnly, 'the file system may be read-only: remount it for writing'],
  ['the intents: a file is where the folder is to be', intents, fileInstead, 'check this path and the disk'],
  ['the intents: read-only', intents, readOnly, 'the file system is read-only: remount it for writing'],
  ['the intents: no space', intents, full, 'free some disk space'],
  [
    'the drop-in: read-only',
    'etc/eks/nodeadm.d',
    readOnly,
    'the file system is read-only: remount it for writing',
  ],
];
for (const [title, folder, spoil, remedy] of cases) {
  t.test(`files that cannot be written: ${title}`, async (t) => {
    const node = await nodeFor(t, { userData: eth1() });
    await spoil(t, node, folder);
    await failsCleanly(t, node, { exitCode: 9, message: [join(node.root, folder), remedy] });
  });
}

t.test('room for the intent, and none for a note of the ENI in it: the ENI is not lost', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  await mountOver(t, node, intents, '-t', 'tmpfs', '-o', 'size=4k', 'tmpfs');
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0);
  t.match(
    journal,
    /warn: could not write \S+eth1\.json: ENOSPC: .*; free some disk space; going on with eni-/,
  );
  t.equal(node.enis().length, 1);
});

t.test(
  'no space for the drop-in: the node is held back, and its ENIs are whole for the next run',
  async (t) => {
    const node = await nodeFor(t, { userData: eth1() });
    const folder = await mountOver(t, node, 'etc/eks/nodeadm.d', '-t', 'tmpfs', '-o', 'size=4k', 'tmpfs');
    const filler = join(folder, 'filler');
    await writeFile(filler, Buffer.alloc(4096));
    await fails(t, node, {
      exitCode: 9,
      message: [`could not write ${folder}/60-multus-bootstrap.yaml`, 'free some disk space'],
    });
    await rm(filler);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0);
    t.match(journal, 'everything is in place');
  },
);

t.test('an image without nodeadm is told of before EC2 is asked for anything', async (t) => {
  const node = await nodeFor(t, { userData: eth1(), noNodeadm: true });
  await failsCleanly(t, node, {
    exitCode: 9,
    message: [
      `${join(node.root, 'etc/eks/nodeadm.d')} is missing`,
      'Use an EKS-optimized AL2023 AMI of v20251023 or later',
    ],
  });
  t.equal(node.simulator.record.calls.length, 0);
});

t.test('/run is full: the gate stays closed, and the journal alone can tell', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const folder = join(node.root, 'run/multus-bootstrap');
  await full(t, node, 'run/multus-bootstrap');
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 9);
  t.match(journal, new RegExp(`error: could not write ${folder}/kubelet-flags: .*free some disk space`));
  t.match(journal, new RegExp(`error: could not write ${folder}/result.json: .*free some disk space`));
  t.match(journal, 'kubelet is held back (exit code 9)');
});

t.test('/run is read-only: EC2 is not asked for anything', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const folder = join(node.root, 'run/multus-bootstrap');
  await readOnly(t, node, 'run/multus-bootstrap');
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 9);
  t.match(journal, new RegExp(`error: could not open ${folder}/lock: .*remount it for writing`));
  t.equal(node.simulator.record.calls.length, 0);
});
