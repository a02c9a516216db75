/** A seeded source of randomness: the same seed, the same world. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A 32-bit number (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** The same for numbers of any size. */
  bigBelow(limit: bigint): bigint {
    if (limit <= 2n ** 32n) {
      return BigInt(this.below(Number(limit)));
    }
    const digits = limit.toString(16).length + 8;
    return (BigInt(`0x${this.hex(digits)}`) * limit) >> BigInt(4 * digits);
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) {
      text += this.next().toString(16).padStart(8, '0');
    }
    return text.slice(0, digits);
  }

  /** An AWS resource id: the prefix and 17 hexadecimal digits, the first of them 0. */
  id(prefix: string): string {
    return `${prefix}-0${this.hex(16)}`;
  }
}
