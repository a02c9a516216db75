import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { devices, unplug } from './devices.ts';
import { enterNamespace } from './namespace.ts';
import { eth1, nodeFor } from './trouble.ts';

// The program on the root of the file tree itself, where it asks systemd whether kubelet has run.
await enterNamespace(import.meta.url);

/** A node whose systemd says of kubelet what is written to its file; it has had its first run. */
async function nodeThatHasRun(t: Test) {
  for (const folder of ['/etc', '/run', '/var/lib']) {
    await execa('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    t.teardown(() => execa('umount', [folder]));
  }
  await mkdir('/etc/eks/nodeadm.d', { recursive: true });
  const node = await nodeFor(t, { userData: eth1({}, '12s') });
  const bin = t.testdir({});
  const started = join(bin, 'started');
  for (const name of ['systemctl', 'udevadm', 'networkctl']) {
    await writeFile(join(bin, name), `#!/bin/sh\ncat ${started}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const startedAt = (monotonic: number) =>
    writeFile(started, `Id=kubelet.service\nExecMainStartTimestampMonotonic=${monotonic}\n`);
  await startedAt(0);
  const run = () =>
    node.run(['--root', '/', 'run'], { PATH: `${bin}:${process.env.PATH}`, NODE_EXTRA_CA_CERTS: '' });
  const { exitCode, journal } = await run();
  t.equal(exitCode, 0, journal);
  node.simulator.record.clear();
  return { node, run, kubeletStarts: () => startedAt(123_456) };
}

const gate = '/run/multus-bootstrap/go';

t.test('a device that a pod has taken is left to it', async (t) => {
  const { node, run, kubeletStarts } = await nodeThatHasRun(t);
  await kubeletStarts();
  await intoPod(t, 'eth1');
  const { exitCode, journal } = await run();
  t.equal(exitCode, 0, journal);
  t.match(journal, 'eth1: its device is not on the host, and kubelet has run: a pod has it');
  t.match(journal, /everything is in place/);
  t.same(node.simulator.record.writes(), []);
  t.equal(node.enis().length, 1);
  await access(gate);
});

/** As host-device does: the link goes into another network namespace. */
async function intoPod(t: Test, name: string): Promise<void> {
  const pod = execa('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 60'], { reject: false });
  t.teardown(async () => {
    pod.kill('SIGKILL');
    await pod;
  });
  await new Promise((resolve) => pod.stdout.once('data', resolve));
  await execa('ip', ['link', 'set', 'dev', name, 'netns', String(pod.pid)]);
}

t.test('a device that is gone though kubelet has not run is no pod’s', async (t) => {
  const { node, run } = await nodeThatHasRun(t);
  const [eni] = node.enis();
  await unplug(eni?.mac ?? '');
  const { exitCode, journal } = await run();
  t.equal(exitCode, 9);
  t.match(journal, /eth1: eni-\w+ is attached, but no device with MAC \S+ appeared in \d+ s/);
  t.equal(node.enis().length, 1, 'an ENI of an earlier run is not given back');
  await t.rejects(access(gate));
});

t.test('once kubelet has run, the gate stays open: while a run is at work, and when it fails', async (t) => {
  const { node, run, kubeletStarts } = await nodeThatHasRun(t);
  await kubeletStarts();
  let calls = 0;
  node.hooks.beforeCall = async () => {
    calls += 1;
    await access(gate);
  };
  node.simulator.permissions.deny('DescribeSubnets');
  const { exitCode, journal } = await run();
  t.equal(exitCode, 4);
  t.ok(calls > 0);
  t.match(journal, 'kubelet is left as it is, since it has run before (exit code 4)');
  await access(gate);
  t.same((await devices()).map(({ name }) => name).sort(), ['ens5', 'eth1']);
});
