import t from 'tap';
import { doubleMs, silences } from './answers.ts';

const by = (node: string, ...times: number[]) => times.map((at) => ({ at, node }));

t.test('the times without an answer', async (t) => {
  const moved = [...by('a', 0, 20, 40), ...by('b', 1040, 1060)];
  t.same(
    silences(moved, 30, 1080),
    [
      { from: 20, to: 40 },
      { from: 40, to: 1040 },
    ].slice(1),
  );
  t.same(silences(moved, 500, 1080), [{ from: 40, to: 1040 }], 'the last answer before counts');
  t.same(silences(by('a', 0, 20, 60, 80), 30, 90), [{ from: 20, to: 60 }], 'no long one: the longest');
  t.same(
    silences([...by('a', 0, 300), ...by('b', 310, 900)], 0, 1090),
    [
      { from: 0, to: 300 },
      { from: 310, to: 900 },
    ],
    'all of the long ones',
  );
  t.same(silences(by('a', 0, 20), 10, 1020), [{ from: 20, to: 1020 }], 'to the end');
  t.same(silences([], 0, 10), []);
});

t.test('for how long two nodes answered', async (t) => {
  t.equal(doubleMs([...by('a', 0, 20), ...by('b', 40)]), 0);
  t.equal(doubleMs([...by('a', 0, 20), ...by('b', 40), ...by('a', 60)]), 20);
  t.equal(doubleMs([...by('a', 0), ...by('b', 40), ...by('c', 50), ...by('b', 90)]), 40);
  t.equal(doubleMs(by('a', 0, 20)), 0);
});
