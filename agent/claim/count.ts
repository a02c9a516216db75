/** A count of addresses for people: `65,536`; from a million on the power of two, `2^64`, or about it, `~2^63`. */
export function formatCount(count: bigint): string {
  if (count < 1_000_000n) {
    return count.toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
  }
  const power = BigInt(count.toString(2).length - 1);
  if (count === 1n << power) {
    return `2^${power}`;
  }
  const isAboveHalf = count >= 3n << (power - 1n);
  return `~2^${isAboveHalf ? power + 1n : power}`;
}
