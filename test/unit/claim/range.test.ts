import fc from 'fast-check';
import t from 'tap';
import {
  firstOf,
  intersect,
  merge,
  parseAddress,
  parseRange,
  type Range,
  size,
  subtract,
} from '../../../agent/claim/range.ts';

t.test('forms of a range', async (t) => {
  for (const [text, first, last, addresses] of [
    ['10.0.4.0/24', '10.0.4.0', '10.0.4.255', 256],
    ['10.0.4.16/28', '10.0.4.16', '10.0.4.31', 16],
    ['10.0.4.9/32', '10.0.4.9', '10.0.4.9', 1],
    ['10.0.4.4-10.0.4.63', '10.0.4.4', '10.0.4.63', 60],
    ['10.0.4.4', '10.0.4.4', '10.0.4.4', 1],
  ] as const) {
    const range = parseRange(text);
    t.strictSame(range, { first: parseAddress(first), last: parseAddress(last) }, text);
    t.equal(size([range]), addresses, text);
  }
});

t.test('what is not a range is refused', async (t) => {
  for (const text of [
    '',
    '10.0.4',
    '10.0.4.256',
    '10.0.4.0/33',
    '10.0.4.1-',
    '1.1.1.1-2.2.2.2-3.3.3.3',
    '::1',
    '010.0.0.1',
  ]) {
    t.throws(() => parseRange(text), text);
  }
});

const small = fc
  .tuple(fc.nat(60), fc.nat(12))
  .map(([first, length]): Range => ({ first: BigInt(first), last: BigInt(first + length) }));
const ranges = fc.array(small, { maxLength: 8 });

function members(of: readonly Range[]): Set<number> {
  return new Set(
    of.flatMap(({ first, last }) =>
      Array.from({ length: Number(last - first) + 1 }, (_, i) => Number(first) + i),
    ),
  );
}

t.test('set algebra agrees with sets of addresses', async (t) => {
  fc.assert(
    fc.property(ranges, ranges, (a, b) => {
      const [inA, inB] = [members(a), members(b)];
      t.strictSame(members(merge(a)), new Set([...inA].sort((x, y) => x - y)));
      t.strictSame(members(subtract(a, b)), new Set([...members(merge(a))].filter((each) => !inB.has(each))));
      t.strictSame(members(intersect(a, b)), new Set([...members(merge(a))].filter((each) => inB.has(each))));
      t.equal(size(merge(a)), inA.size);
    }),
  );
});

t.test('merged ranges neither touch nor overlap, and are in order', async () => {
  fc.assert(
    fc.property(ranges, (a) => {
      const merged = merge(a);
      return merged.every((range, i) => i === 0 || range.first > (merged[i - 1]?.last ?? 0n) + 1n);
    }),
  );
});

t.test('the first addresses', async (t) => {
  const free = [parseRange('10.0.0.4-10.0.0.5'), parseRange('10.0.0.9-10.0.0.200')];
  t.strictSame(firstOf(free, 3), ['10.0.0.4', '10.0.0.5', '10.0.0.9'].map(parseAddress));
  t.equal(firstOf(free, 1000).length, 194, 'no more than there are');
});
