import t from 'tap';
import { formatCount } from '../../../agent/claim/count.ts';

t.test('a count of addresses for people', async (t) => {
  for (const [count, text] of [
    [0n, '0'],
    [251n, '251'],
    [65_536n, '65536'],
    [999_999_999n, '999999999'],
    [2n ** 48n, '2^48'],
    [2n ** 64n, '2^64'],
    [2n ** 64n - 5n, 'about 2^64'],
    [2n ** 64n + 5n, 'about 2^64'],
    [3n * 2n ** 62n - 1n, 'about 2^63'],
    [3n * 2n ** 62n, 'about 2^64'],
  ] as const) {
    t.equal(formatCount(count), text, String(count));
  }
});
