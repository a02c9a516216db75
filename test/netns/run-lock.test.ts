import { once } from 'node:events';
import { execa } from 'execa';
import t from 'tap';
import { ExitCode } from '../../agent/failure.ts';
import { acquireRunLock } from '../../agent/host/run-lock.ts';
import { enterNamespace } from './namespace.ts';

// Abstract sockets are the network namespace's own: no run of this machine is in the way.
await enterNamespace(import.meta.url);

t.test('one run at a time, on one root', async (t) => {
  const lock = await acquireRunLock('/image1');
  await t.rejects(acquireRunLock('/image1'), {
    exitCode: ExitCode.host,
    message: /another run is in progress on \/image1.*journalctl -u multus-bootstrap/,
  });
  const other = await acquireRunLock('/image2');
  await other.release();
  await lock.release();
  await (await acquireRunLock('/image1')).release();
});

t.test('a root whose path is longer than a socket’s name may be', async (t) => {
  const root = `/${'long/'.repeat(50)}`;
  const lock = await acquireRunLock(root);
  await t.rejects(acquireRunLock(`${root}/`), { exitCode: ExitCode.host, message: /another run/ });
  await lock.release();
});

t.test('a killed run leaves the lock free', async (t) => {
  const script = new URL('hold-run-lock.ts', import.meta.url).pathname;
  const holder = execa(process.execPath, [script, '/image1'], { reject: false, stderr: 'inherit' });
  await once(holder.stdout, 'data');
  await t.rejects(acquireRunLock('/image1'), { exitCode: ExitCode.host, message: /another run/ });
  holder.kill('SIGKILL');
  await holder;
  await (await acquireRunLock('/image1')).release();
});

t.test('the lock does not keep the process from ending', async (t) => {
  const module = new URL('../../agent/host/run-lock.ts', import.meta.url).href;
  const script = `const { acquireRunLock } = await import(${JSON.stringify(module)}); await acquireRunLock('/image1');`;
  const { exitCode } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000,
  });
  t.equal(exitCode, 0);
});
