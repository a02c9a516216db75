/** A run and the watcher set the same addresses up: one waits for the other, then looks whether its own are still wanted. */
import t, { type Test } from 'tap';
import { ExitCode } from '../../agent/failure.ts';
import { createHost } from '../../agent/host/host.ts';
import { tryLock } from '../../agent/host/lock.ts';
import { paths } from '../../agent/host/paths.ts';
import { recordingLog } from '../recording-log.ts';
import { enterNamespace } from './namespace.ts';

await enterNamespace(import.meta.url);

const never = new AbortController().signal;

/** A host where another process is at work. Time passes only by its waiting. */
async function busyHost(t: Test, onWait: (release: () => Promise<void>) => Promise<void>) {
  const root = t.testdir({});
  const other = await tryLock(paths(root).nodePortHostLock);
  t.ok(other);
  const release = async () => other?.release();
  let now = 0;
  const clock = {
    now: () => now,
    async sleep() {
      now += 10_000;
      await onWait(release);
    },
  };
  return { host: createHost({ root, clock, log: recordingLog().log }), release };
}

t.test('it waits, then asks, and touches nothing that is not wanted any more', async (t) => {
  const order: string[] = [];
  const { host } = await busyHost(t, async (release) => {
    order.push('waits');
    await release();
  });
  const changes = await host.configureNodePort('i-1', [], never, async () => {
    order.push('asks');
    return false;
  });
  t.same([order, changes], [['waits', 'asks'], []]);
});

t.test('one that does not come to an end', async (t) => {
  const { host, release } = await busyHost(t, async () => undefined);
  t.teardown(release);
  await t.rejects(host.configureNodePort('i-1', [], never), {
    exitCode: ExitCode.host,
    message: /^another process has been setting up NodePort addresses .* for 40 s; see journalctl/,
  });
});
