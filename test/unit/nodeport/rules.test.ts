/** Who comes first, and when nobody may. */
import fc from 'fast-check';
import t from 'tap';
import { forbidden } from '../../../agent/nodeport/move-limit.ts';
import { inOrder, rankDelay } from '../../../agent/nodeport/rank.ts';

const minute = 60_000;
const moves = (...minutes: number[]) => minutes.map((each) => ({ at: each * minute }));

t.test('an address that has not moved may be taken', async (t) => {
  t.equal(forbidden([], 0), undefined);
  t.equal(forbidden(moves(10), 11 * minute), undefined, 'nor one that moved a minute ago');
});

t.test('not within half a minute after a move', async (t) => {
  t.strictSame(forbidden(moves(10), 10 * minute + 29_000), {
    why: 'it has moved within the last 30 s',
    until: 10 * minute + 30_000,
  });
});

t.test('not after six moves within an hour, until the oldest of them is an hour ago', async (t) => {
  const six = moves(50, 40, 30, 20, 10, 5);
  t.strictSame(forbidden(six, 55 * minute), {
    why: 'it has moved 6 times within 60 minutes from instances that run',
    until: 65 * minute,
  });
  t.equal(forbidden(six, 65 * minute), undefined);
  t.equal(forbidden(moves(50, 40, 30, 20, 10), 55 * minute), undefined, 'five are allowed');
});

const node = (instanceId: string, minutesAgo: number) => ({ instanceId, launchedAt: -minutesAgo * minute });
const ids = (nodes: { instanceId: string }[]) => nodes.map(({ instanceId }) => instanceId);

t.test('the youngest first, but those that may still be coming up last', async (t) => {
  const nodes = [node('i-old', 600), node('i-new', 1), node('i-young', 10), node('i-newer', 0)];
  t.strictSame(ids(inOrder(nodes, 0)), ['i-young', 'i-old', 'i-newer', 'i-new']);
});

t.test('all nodes agree on an order, whatever order EC2 lists them in', async () => {
  const nodes = fc.uniqueArray(
    fc.record({ instanceId: fc.string({ minLength: 1 }), launchedAt: fc.integer({ min: -10, max: 0 }) }),
    { selector: ({ instanceId }) => instanceId },
  );
  fc.assert(
    fc.property(nodes, (listed) => {
      const one = ids(inOrder(listed, 0));
      return JSON.stringify(one) === JSON.stringify(ids(inOrder(listed.toReversed(), 0)));
    }),
  );
});

t.test('a rank lets those before it go first', async (t) => {
  for (const rank of [0, 1, 2, 3, 7]) {
    t.ok(rankDelay(rank + 1, 50, () => 0) > rankDelay(rank, 50, () => 0.999), `${rank} before ${rank + 1}`);
  }
  t.ok(rankDelay(0, 50, () => 0.999) <= 250, 'the first hardly waits');
  t.ok(rankDelay(49, 50, () => 0.999) <= 17_000, 'nor do the last for ever');
  t.ok(rankDelay(999, 1_000, () => 0.5) > 50_000, 'a thousand do not come together');
});
