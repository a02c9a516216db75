import type { Family } from './ip.ts';

/** Who holds which addresses and delegated prefixes of a subnet: its effort grows with the holders alone. */
export class Holders {
  /** How many addresses a delegated prefix has. */
  readonly prefixSize: bigint;
  readonly #addresses = new Map<bigint, string>();
  /** By the first address of the prefix. */
  readonly #prefixes = new Map<bigint, string>();
  /** How many single addresses are held in what could be a prefix, by its first address. */
  readonly #singles = new Map<bigint, number>();

  constructor(family: Family) {
    this.prefixSize = 1n << BigInt(family.bits - family.prefixLength);
  }

  /** How many addresses are held. */
  get size(): bigint {
    return BigInt(this.#addresses.size) + BigInt(this.#prefixes.size) * this.prefixSize;
  }

  of(address: bigint): string | undefined {
    return this.#addresses.get(address) ?? this.#prefixes.get(this.#prefixOf(address));
  }

  /** The first address of the prefix that it would be in. */
  #prefixOf(address: bigint): bigint {
    return address - (address % this.prefixSize);
  }

  /** Whether none of a prefix's addresses is held. */
  isPrefixFree(first: bigint): boolean {
    return !this.#prefixes.has(first) && !this.#singles.has(first);
  }

  /** The first address from this one to `last` that nobody holds. */
  firstFree(address: bigint, last: bigint): bigint | undefined {
    let free = address;
    while (free <= last && this.of(free) !== undefined) {
      const prefix = this.#prefixOf(free);
      free = this.#prefixes.has(prefix) ? prefix + this.prefixSize : free + 1n;
    }
    return free <= last ? free : undefined;
  }

  add(address: bigint, holder: string): void {
    this.#addresses.set(address, holder);
    const prefix = this.#prefixOf(address);
    this.#singles.set(prefix, (this.#singles.get(prefix) ?? 0) + 1);
  }

  delete(address: bigint): void {
    if (!this.#addresses.delete(address)) {
      return;
    }
    const prefix = this.#prefixOf(address);
    const left = (this.#singles.get(prefix) ?? 0) - 1;
    if (left > 0) {
      this.#singles.set(prefix, left);
    } else {
      this.#singles.delete(prefix);
    }
  }

  addPrefix(first: bigint, holder: string): void {
    this.#prefixes.set(first, holder);
  }

  deletePrefix(first: bigint): void {
    this.#prefixes.delete(first);
  }
}
