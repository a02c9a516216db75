import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import { makeArchives } from '../../scripts/package.ts';
import { startNode, twoInterfaces } from '../netns/simulated-node.ts';
import { userDataFor } from '../nspawn/user-data.ts';
import { enterVmNamespace, makeVmNode } from '../vm/vm-node.ts';
import { untilInVm } from '../vm/wait-in.ts';
import { makeBakeMachine } from './bake-machine.ts';
import { deriveTemplate, variableArgs } from './derived.ts';
import { qemuSource } from './qemu-source.ts';

await enterVmNamespace(import.meta.url);

const folder = await mkdtemp(join(tmpdir(), 'packer-qemu-'));
t.teardown(() => rm(folder, { recursive: true }));
const [archive = ''] = await makeArchives(['x86_64']);
const vmGuest = fileURLToPath(new URL('../vm/guest', import.meta.url));
const machine = await makeBakeMachine(folder, [vmGuest]);
const output = join(folder, 'image');
const disk = join(output, 'disk');

const baked = join(folder, '10-baked.yaml');
const labels =
  'apiVersion: multus-bootstrap.io/v1alpha1\nkind: MultusNodeConfig\nspec: {kubelet: {labels: {image: baked}}}\n';
await writeFile(baked, labels);

await t.test('the build', async (t) => {
  // Its IMDS: an instance that builds has no user data.
  const instance = await startNode({ userData: undefined, imds: { host: '169.254.169.254', port: 80 } });
  t.teardown(() => instance.close());
  const derived = await deriveTemplate(folder, {
    archive,
    source: { type: 'qemu', text: qemuSource(machine, instance.node.primaryEni.mac, output) },
  });
  const variables = { region: 'eu-west-1', kubernetes_version: '1.34', config_files: [baked] };
  const { exitCode, all } = await execa(
    'packer',
    ['build', '-color=false', ...variableArgs(variables), derived],
    {
      all: true,
      reject: false,
      env: { CHECKPOINT_DISABLE: '1', PACKER_CACHE_DIR: join(folder, 'cache') },
      timeout: 400_000,
    },
  );
  t.equal(exitCode, 0, all);
  t.match(all, /validate\.sh: .*all right/);
  // As it would be on the volume of an instance that is stopped.
  await execa('e2fsck', ['-fy', disk], { reject: false });
});

t.test('what belongs to the instance that built the image is gone', async (t) => {
  t.equal(await textOf('/etc/machine-id'), '', 'machine-id is there and empty');
  for (const path of [
    '/home/ec2-user/.ssh',
    '/root/.ssh',
    '/var/lib/multus-bootstrap',
    '/var/log/journal',
    '/tmp/multus-bootstrap-uploads',
    '/var/lib/cloud/instances',
    '/etc/eks/nodeadm/udev-net-manager',
  ]) {
    t.same(await namesIn(path), [], path);
  }
  t.same(
    (await namesIn('/etc/ssh')).filter((name) => name.startsWith('ssh_host_')),
    [],
    'no host keys',
  );
});

t.test('what was baked is there', async (t) => {
  t.equal(await textOf('/etc/multus-bootstrap/config.d/10-baked.yaml'), labels);
  t.ok((await namesIn('/usr/libexec/multus-bootstrap')).includes('node'));
});

t.test('a node boots from it', async (t) => {
  const node = await makeVmNode(
    t,
    { userData: userDataFor({ spec: twoInterfaces }) },
    { disk, kernel: machine.kernel },
  );
  await node.vm.start();
  await untilInVm(node.vm, 'systemctl is-active --quiet kubelet');
  const links = await node.vm.output(['networkctl', '--no-legend', 'list']);
  t.match(links, /eth1 +ether +\S+ +unmanaged/);
  t.match(links, /eth2 +ether +\S+ +unmanaged/);
  const dropIn = await node.vm.readFile('/etc/eks/nodeadm.d/60-multus-bootstrap.yaml');
  t.match(dropIn, 'image=baked', 'with the labels that were baked in');
  t.match(await node.vm.readFile('/etc/machine-id'), /^[0-9a-f]{32}\n$/, 'an id of its own');
  t.match(
    await node.vm.output(['journalctl', '--unit=multus-bootstrap', '--output=cat']),
    /ready in .* 2 interfaces/,
  );
});

async function textOf(path: string): Promise<string> {
  return (await debugfs(`cat ${path}`)).stdout;
}

/** None, if the folder is not there either. */
async function namesIn(path: string): Promise<string[]> {
  const { stdout } = await debugfs(`ls -p ${path}`);
  const names = stdout.split('\n').map((line) => line.split('/')[5] ?? '');
  return names.filter((name) => !['', '.', '..'].includes(name));
}

function debugfs(request: string) {
  return execa('debugfs', ['-R', request, disk], { stripFinalNewline: false });
}
