import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { ExitCode } from '../../agent/failure.ts';
import { isLocked } from '../../agent/host/lock.ts';
import { acquireRunLock } from '../../agent/host/run-lock.ts';
import { enterNamespace } from './namespace.ts';

await enterNamespace(import.meta.url);

/** A process that holds the lock, or has ended since it could not take it. */
async function holder(t: Test, root: string) {
  const script = new URL('hold-run-lock.ts', import.meta.url).pathname;
  const run = execa(process.execPath, [script, root], { reject: false });
  t.teardown(() => run.kill('SIGKILL'));
  await Promise.race([once(run.stdout, 'data'), run]);
  return { run };
}

t.test('one run at a time, on one root', async (t) => {
  const [root, otherRoot] = [t.testdir({ other: {} }), join(t.testdirName, 'other')];
  const lock = await acquireRunLock(root);
  await t.rejects(acquireRunLock(root), {
    exitCode: ExitCode.host,
    message: new RegExp(`another run is in progress on ${root}.*journalctl -u multus-bootstrap`),
  });
  const other = await acquireRunLock(otherRoot);
  await other.release();
  await lock.release();
  await (await acquireRunLock(root)).release();
});

t.test('a second process', async (t) => {
  const root = t.testdir({});
  const lock = await acquireRunLock(root);
  t.match(await (await holder(t, root)).run, { exitCode: 1, stderr: /another run is in progress/ });
  await lock.release();
  t.equal((await holder(t, root)).run.exitCode, null);
});

t.test('a killed run leaves the lock free at once', async (t) => {
  const root = t.testdir({});
  const { run } = await holder(t, root);
  await t.rejects(acquireRunLock(root), { exitCode: ExitCode.host, message: /another run/ });
  run.kill('SIGKILL');
  await run;
  await (await acquireRunLock(root)).release();
});

t.test('nobody else can hold a run up', async (t) => {
  const root = t.testdir({});
  await (await acquireRunLock(root)).release();
  const path = join(root, 'run/multus-bootstrap/lock');
  t.equal((await stat(path)).mode & 0o777, 0o600);
  // Who is not root runs these tests as root of a namespace that has no other user.
  if (await hasOtherUsers()) {
    const { stderr } = await execa('setpriv', [...nobody, 'flock', '--nonblock', path, 'true'], {
      reject: false,
    });
    t.match(stderr, /Permission denied/);
  }
});

const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

async function hasOtherUsers(): Promise<boolean> {
  const [, , count] = (await readFile('/proc/self/uid_map', 'utf8')).trim().split(/\s+/);
  return Number(count) > 1;
}

t.test('without flock, the package to install is named', async (t) => {
  const { PATH } = process.env;
  t.teardown(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = '/nonexistent';
  await t.rejects(acquireRunLock(t.testdir({})), {
    exitCode: ExitCode.host,
    message: /could not run flock .*ENOENT; install util-linux/,
  });
});

t.test('who asks whether it is held takes it from nobody, and makes no file', async (t) => {
  const root = t.testdir({});
  const path = join(root, 'run/multus-bootstrap/lock');
  t.equal(await isLocked(path), false);
  t.notOk(existsSync(path));
  const lock = await acquireRunLock(root);
  t.equal(await isLocked(path), true);
  await t.rejects(acquireRunLock(root), { exitCode: ExitCode.host, message: /another run/ });
  await lock.release();
  t.equal(await isLocked(path), false);
  await (await acquireRunLock(root)).release();
});

t.test('the lock does not keep the process from ending', async (t) => {
  const module = new URL('../../agent/host/run-lock.ts', import.meta.url).href;
  const script = `const { acquireRunLock } = await import(${JSON.stringify(module)}); await acquireRunLock(${JSON.stringify(t.testdir({}))});`;
  const { exitCode } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000,
  });
  t.equal(exitCode, 0);
});
