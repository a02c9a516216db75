import t from 'tap';
import { formatCount } from '../../../agent/claim/count.ts';

t.test('a count of addresses for people', async (t) => {
  for (const [count, text] of [
    [0n, '0'],
    [251n, '251'],
    [1_000n, '1,000'],
    [65_536n, '65,536'],
    [999_999n, '999,999'],
    [1_000_000n, '~2^20'],
    [2n ** 20n, '2^20'],
    [2n ** 48n, '2^48'],
    [2n ** 64n, '2^64'],
    [2n ** 64n - 5n, '~2^64'],
    [2n ** 64n + 5n, '~2^64'],
    [3n * 2n ** 62n - 1n, '~2^63'],
    [3n * 2n ** 62n, '~2^64'],
  ] as const) {
    t.equal(formatCount(count), text, String(count));
  }
});
