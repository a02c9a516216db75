import { writeFile } from 'node:fs/promises';
import t from 'tap';
import { paths } from '../../../agent/host/paths.ts';
import { readState, writeState } from '../../../agent/nodeport/state-file.ts';
import { state } from '../report/node-port-world.ts';

const watcher = { instanceId: 'i-1', writtenAt: '2026-11-21T18:10:00.000Z', addresses: [state] };

t.test('what is written is read', async (t) => {
  const root = t.testdir();
  t.equal(await readState(root, 'i-1'), undefined, 'nothing has been written');
  await writeState(root, watcher);
  t.match(await readState(root, 'i-1'), watcher);
  const nobodys = { ...watcher, addresses: [{ ...state, holder: undefined, held: undefined }] };
  await writeState(root, nobodys);
  t.match((await readState(root, 'i-1'))?.addresses, [{ address: '10.0.4.201', holder: undefined }]);
});

t.test("another instance's is refused", async (t) => {
  const root = t.testdir();
  await writeState(root, watcher);
  await t.rejects(readState(root, 'i-2'), {
    exitCode: 9,
    message: /state\.json was written for i-1; the watcher writes it anew$/,
  });
});

t.test('what is not a state is refused', async (t) => {
  const root = t.testdir();
  await writeState(root, watcher);
  const whole = { schemaVersion: 1, ...watcher };
  const wrong = {
    garbage: 'x',
    'cut off': JSON.stringify(whole).slice(0, -20),
    'another version': { ...whole, schemaVersion: 2 },
    'no addresses': { ...whole, addresses: undefined },
    'a role that is none': { ...whole, addresses: [{ ...state, role: 'king' }] },
    'no probes': { ...whole, addresses: [{ ...state, probes: undefined }] },
    'moves that are none': { ...whole, addresses: [{ ...state, moves: ['x'] }] },
  };
  for (const [name, content] of Object.entries(wrong)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(paths(root).nodePortState, text);
    await t.rejects(readState(root, 'i-1'), { exitCode: 9, message: /not a watcher's state .* anew$/ }, name);
  }
});
