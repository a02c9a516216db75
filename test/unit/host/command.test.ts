import t from 'tap';
import { endOf, tryCommand } from '../../../agent/host/command.ts';

const cases: readonly { title: string; script: string; said: string }[] = [
  { title: 'fails and says why', script: 'echo "no such link" >&2; exit 1', said: 'no such link' },
  { title: 'fails and says nothing', script: 'exit 2', said: 'exited with code 2' },
  { title: 'says it on standard output', script: 'echo oops; exit 3', said: 'exited with code 3' },
  { title: 'is killed', script: 'kill -KILL $$', said: 'was killed by SIGKILL' },
];

for (const { title, script, said } of cases) {
  t.test(`a command that ${title}`, async (t) => {
    t.strictSame(await tryCommand('sh', ['-c', script]), { ok: false, said });
  });
}

t.test('a command that is not there', async (t) => {
  t.match(await tryCommand('/nowhere/ip', []), { ok: false, said: /\/nowhere\/ip ENOENT/ });
});

t.test('a command that does not end', (t) => {
  // As Node.js tells of one that it has killed at the bound.
  const killed = Object.assign(new Error('Command failed: udevadm settle'), {
    killed: true,
    code: null,
    signal: 'SIGKILL',
  } as const);
  t.equal(endOf(killed), 'was killed by SIGKILL after 30 s');
  t.end();
});

t.test('a command that is given up throws the reason', async (t) => {
  const signal = AbortSignal.timeout(50);
  await t.rejects(tryCommand('sleep', ['60'], signal), { name: 'TimeoutError' });
});

t.test('what a command that succeeds puts out', async (t) => {
  t.strictSame(await tryCommand('echo', ['hello']), { ok: true, stdout: 'hello' });
});
