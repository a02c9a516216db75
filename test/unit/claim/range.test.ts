import fc from 'fast-check';
import t from 'tap';
import {
  firstOf,
  formatAddress,
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
    ['10.0.4.0/24', '10.0.4.0', '10.0.4.255', 256n],
    ['10.0.4.16/28', '10.0.4.16', '10.0.4.31', 16n],
    ['10.0.4.9/32', '10.0.4.9', '10.0.4.9', 1n],
    ['10.0.4.4-10.0.4.63', '10.0.4.4', '10.0.4.63', 60n],
    ['10.0.4.4', '10.0.4.4', '10.0.4.4', 1n],
    ['2600:1f18:0:4::/64', '2600:1f18:0:4::', '2600:1f18:0:4:ffff:ffff:ffff:ffff', 2n ** 64n],
    ['2600:1f18:0:4:5::/80', '2600:1f18:0:4:5::', '2600:1f18:0:4:5:ffff:ffff:ffff', 2n ** 48n],
    ['2600:1f18:0:4::a-2600:1f18:0:4::ff', '2600:1f18:0:4::a', '2600:1f18:0:4::ff', 246n],
    ['2600:1F18:0000:4::0a', '2600:1f18:0:4::a', '2600:1f18:0:4::a', 1n],
    ['::1', '::1', '::1', 1n],
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
    '2600:1f18::/129',
    '2600:1f18::1::2',
    '10.0.4.4-2600:1f18::4',
    '010.0.0.1',
  ]) {
    t.throws(() => parseRange(text), text);
  }
});

t.test('an address is written in its canonical form, whatever form it was read in', async (t) => {
  for (const [text, canonical] of [
    ['10.0.4.9', '10.0.4.9'],
    ['2600:1F18:0000:0004:0000:0000:0000:000A', '2600:1f18:0:4::a'],
    ['2600:1f18:0:4:0:1:0:0', '2600:1f18:0:4:0:1::'],
    ['2600:1f18:0:4:5:6:0:7', '2600:1f18:0:4:5:6:0:7'],
    ['fd00:ec2::254', 'fd00:ec2::254'],
  ] as const) {
    t.equal(formatAddress(parseAddress(text)), canonical, text);
  }
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      fc.pre(!text.includes('.') && parseAddress(text) >= 1n << 32n);
      return new URL(`http://[${text}]`).hostname === `[${formatAddress(parseAddress(text))}]`;
    }),
  );
});

/** IPv6's lie far above IPv4's on the one number line. */
const base = fc.constantFrom(0n, parseAddress('2600:1f18:0:4::'));
const small = fc.tuple(base, fc.nat(60), fc.nat(12)).map(([base, first, length]): Range => {
  const start = base + BigInt(first);
  return { first: start, last: start + BigInt(length) };
});
const ranges = fc.array(small, { maxLength: 8 });

function members(of: readonly Range[]): Set<bigint> {
  return new Set(
    of.flatMap(({ first, last }) =>
      Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i)),
    ),
  );
}

t.test('set algebra agrees with sets of addresses', async (t) => {
  fc.assert(
    fc.property(ranges, ranges, (a, b) => {
      const [inA, inB] = [members(a), members(b)];
      t.strictSame(members(merge(a)), new Set([...inA].sort((x, y) => (x < y ? -1 : 1))));
      t.strictSame(members(subtract(a, b)), new Set([...members(merge(a))].filter((each) => !inB.has(each))));
      t.strictSame(members(intersect(a, b)), new Set([...members(merge(a))].filter((each) => inB.has(each))));
      t.equal(size(merge(a)), BigInt(inA.size));
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
