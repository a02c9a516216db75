/** A count of addresses for people: `251`; of so many as only IPv6 has, the power of two, `2^64` or `about 2^63`. */
export function formatCount(count: bigint): string {
  if (count < 1_000_000_000n) {
    return count.toString();
  }
  const power = BigInt(count.toString(2).length - 1);
  if (count === 1n << power) {
    return `2^${power}`;
  }
  const isAboveHalf = count >= 3n << (power - 1n);
  return `about 2^${isAboveHalf ? power + 1n : power}`;
}
