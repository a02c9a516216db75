import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { Clock } from '../../agent/clock.ts';
import { kubeletHasStarted } from '../../agent/host/gate.ts';
import { createHost } from '../../agent/host/host.ts';
import { recordingLog } from '../recording-log.ts';
import { enterNamespace } from './namespace.ts';

await enterNamespace(import.meta.url);
// The agent's true paths, on file systems that only this process sees.
for (const folder of ['/etc', '/run']) {
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
}

const clock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
};
const link = { name: 'eth1', mac: '02:00:00:00:00:01', mtu: 1500, eniId: 'eni-1' };

/** Puts programs that note how they were called, and end so, before the system's; answers a reader of the notes. */
async function commands(t: Test, script: string): Promise<() => Promise<string[]>> {
  const folder = t.testdir({});
  const notes = join(folder, 'notes');
  for (const name of ['udevadm', 'networkctl', 'systemctl']) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${notes}\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  t.teardown(() => {
    process.env.PATH = PATH;
  });
  return async () => {
    const lines = (await readFile(notes, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    await writeFile(notes, '');
    return lines.sort();
  };
}

t.test('udev and networkd are told of link files, and only if they changed', async (t) => {
  const called = await commands(t, 'exit 0');
  const host = createHost({ root: '/', clock, log: recordingLog().log });
  const reloads = ['networkctl reload', 'udevadm control --reload'];
  t.equal(await host.writeLinkFiles('i-1', link), true);
  t.same(await called(), reloads);
  t.match(await readFile('/etc/systemd/network/10-multus-bootstrap-eth1.link', 'utf8'), 'Name=eth1');
  t.equal(await host.writeLinkFiles('i-1', link), false);
  t.same(await called(), []);
  await host.removeLinkFiles('i-1', 'eth1');
  t.same(await called(), reloads);
  await host.removeLinkFiles('i-1', 'eth1');
  t.same(await called(), []);
});

t.test('where udev and networkd do not run, that is told, and the files are there', async (t) => {
  await commands(t, 'echo "no such daemon" >&2; exit 1');
  const { log, warnings } = recordingLog();
  const host = createHost({ root: '/', clock, log });
  t.equal(await host.writeLinkFiles('i-1', link), true);
  t.match(warnings.sort(), [
    /`networkctl reload` failed: no such daemon/,
    /`udevadm control --reload` failed: no such daemon/,
  ]);
});

t.test('a misnamed link waits for udev before it is renamed; a right one does not', async (t) => {
  const called = await commands(t, 'exit 0');
  const host = createHost({ root: '/', clock, log: recordingLog().log });
  await execa('ip', ['link', 'add', 'ens6', 'address', link.mac, 'type', 'veth', 'peer', 'name', 'peer1']);
  await host.configureLinks('i-1', [link], AbortSignal.timeout(10_000));
  t.same(await called(), ['udevadm settle --timeout=30']);
  await host.configureLinks('i-1', [link], AbortSignal.timeout(10_000));
  t.same(await called(), []);
});

t.test('a wait for udev ends with the deadline', async (t) => {
  await commands(t, 'exec sleep 60');
  const host = createHost({ root: '/', clock, log: recordingLog().log });
  await execa('ip', ['link', 'set', 'dev', 'eth1', 'name', 'ens6']);
  const deadline = new AbortController();
  const configuring = host.configureLinks('i-1', [link], deadline.signal);
  deadline.abort(new Error('the deadline has passed'));
  await t.rejects(configuring, { message: 'the deadline has passed' });
});

t.test('whether kubelet has started is systemd’s to say', async (t) => {
  await mkdir('/run/systemd', { recursive: true });
  await commands(t, 'echo Id=kubelet.service; echo ExecMainStartTimestampMonotonic=12345');
  t.equal(await kubeletHasStarted('/'), true);
  t.equal(await kubeletHasStarted(t.testdir({})), false, 'another root has no kubelet');
  await commands(t, 'echo Id=kubelet.service; echo ExecMainStartTimestampMonotonic=0');
  t.equal(await kubeletHasStarted('/'), false);
  await commands(t, 'exit 1');
  t.equal(await kubeletHasStarted('/'), true, 'if systemd does not answer, it may have');
});
