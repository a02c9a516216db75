/** What the watcher tells is kept whole, and written no oftener than it is worth. */
import t from 'tap';
import type { AddressState, Move } from '../../../agent/nodeport/state.ts';
import { createStateKeeper, newMoves } from '../../../agent/nodeport/state-keeper.ts';
import { handClock } from '../hand-clock.ts';
import { state } from '../report/node-port-world.ts';

function keeperFor() {
  const { clock, until } = handClock();
  const writes: { at: number; states: readonly AddressState[] }[] = [];
  const keeper = createStateKeeper(clock, async (states) => {
    writes.push({ at: clock.now(), states });
  });
  return { keeper, until, writes, times: () => writes.map(({ at }) => at) };
}

/** The state after a probe by ICMP that left so many missed. */
function probed(misses: number, more: Partial<AddressState> = {}): AddressState {
  return { ...state, probes: [{ kind: 'icmp', everAnswered: true, misses }], ...more };
}

t.test('what is new is written at once, and once a second at most', async (t) => {
  const { keeper, until, writes, times } = keeperFor();
  keeper.tell(probed(0));
  await until(0);
  t.strictSame(times(), [0]);
  for (const role of ['holder', 'candidate', 'holder'] as const) {
    keeper.tell(probed(0, { role }));
    await until(300);
  }
  await until(5_000);
  t.strictSame(times(), [0, 1_000]);
  t.equal(writes.at(-1)?.states[0]?.role, 'holder');
});

t.test('probes are not worth a write each', async (t) => {
  const { keeper, until, times } = keeperFor();
  keeper.tell(probed(0));
  await until(2_000);
  for (let at = 2_500; at <= 9_000; at += 500) {
    keeper.tell(probed(0, { seenAt: new Date(at).toISOString() }));
    await until(at);
  }
  t.strictSame(times(), [0], 'answered probes');
  keeper.tell(probed(1));
  await until(9_400);
  t.strictSame(times(), [0, 9_000], 'the first that is missed');
  keeper.tell(probed(2));
  await until(12_000);
  t.strictSame(times(), [0, 9_000], 'one more');
  keeper.tell(probed(0));
  await until(13_000);
  t.strictSame(times(), [0, 9_000, 12_000], 'one that is answered again');
});

t.test('what is not worth a write goes with the next, after ten seconds at most', async (t) => {
  const { keeper, until, writes, times } = keeperFor();
  keeper.tell(probed(1));
  await until(100);
  keeper.tell(probed(7));
  await until(60_000);
  t.strictSame(times(), [0, 10_000]);
  t.equal(writes.at(-1)?.states[0]?.probes[0]?.misses, 7);
});

t.test('the end writes what is left, and only that', async (t) => {
  const { keeper, until, writes } = keeperFor();
  await keeper.finish();
  t.equal(writes.length, 0);
  keeper.tell(probed(1));
  await until(0);
  keeper.tell(probed(3));
  await keeper.finish();
  t.equal(writes.at(-1)?.states[0]?.probes[0]?.misses, 3);
  await keeper.finish();
  await until(60_000);
  t.equal(writes.length, 2);
});

t.test('a state is kept as it was told', async (t) => {
  const { keeper } = keeperFor();
  const told = { ...probed(0), moves: [...state.moves] };
  keeper.tell(told);
  told.moves.length = 0;
  t.equal(keeper.states()[0]?.moves.length, 2);
});

t.test('moves are counted each once, beyond what a state still tells of', async (t) => {
  const { keeper } = keeperFor();
  const move = (n: number, how: Move['how'] = 'seen'): Move => ({
    at: new Date(n).toISOString(),
    from: 'i-1',
    to: 'i-2',
    how,
    why: 'because',
  });
  keeper.tell({ ...state, moves: [] });
  for (let n = 0; n < 30; n += 1) {
    const moves = Array.from({ length: Math.min(10, n + 1) }, (_, i) => move(n - i));
    keeper.tell({ ...state, moves });
    keeper.tell({ ...state, moves, held: 'for a while' });
  }
  keeper.tell({ ...state, address: '10.0.4.202', moves: [move(0, 'taken over')] });
  t.equal(keeper.moves('10.0.4.202', 'taken over'), 0, 'what a watcher before this one has told of');
  keeper.tell({ ...state, address: '10.0.4.202', moves: [move(1, 'taken over'), move(0, 'taken over')] });
  t.equal(keeper.moves('10.0.4.201', 'seen'), 30);
  t.equal(keeper.moves('10.0.4.201', 'taken over'), 0);
  t.equal(keeper.moves('10.0.4.202', 'taken over'), 1);
  t.equal(newMoves([move(1)], [move(3), move(2)]).length, 2, 'none of the former are left');
});
