import { ApiError, invalidParameter } from './api-error.ts';
import { Holders } from './holders.ts';
import {
  contains,
  type Family,
  formatCidr,
  overlap,
  parseCidr,
  type Range,
  sizeOf,
  within,
  without,
} from './ip.ts';

import type { Random } from './random.ts';
import type { Reservation } from './records.ts';

/**
 * Who owns which address of a subnet, of one family: every address has one owner at most. It works in a /64 as in
 * a /28: its effort grows with the owners, never with the addresses.
 */
export class AddressPool {
  readonly family: Family;
  /** Of each CIDR; none where the subnet has no addresses of this family. */
  readonly ranges: readonly Range[];
  readonly reservations = new Map<string, Reservation & { range: Range }>();
  readonly #holders: Holders;

  constructor(family: Family, ranges: readonly Range[]) {
    this.family = family;
    this.ranges = ranges;
    this.#holders = new Holders(family);
  }

  /** As DescribeSubnets counts: the addresses with an owner and the five reserved ones are not available. */
  get available(): number {
    const size = this.ranges.reduce((sum, range) => sum + sizeOf(range) - 5n, 0n);
    return Number(size - this.#holders.size);
  }

  ownerOf(address: string): string | undefined {
    const value = this.family.parse(address);
    return value === undefined ? undefined : this.#holders.of(value);
  }

  /**
   * The address of that text, if a client may name it. Naming one inside an explicit CIDR reservation is
   * allowed; whether one inside a prefix reservation may be named is not documented, so that is the caller's choice.
   */
  nameable(text: string, allowInPrefixReservation: boolean): bigint {
    const address = this.family.parse(text);
    if (address === undefined) {
      throw invalidParameter(`invalid value for parameter address: ${text}`);
    }
    const range = this.ranges.find((each) => contains(each, address));
    if (range === undefined) {
      throw outOfRange();
    }
    if (reservedIn(range).some((each) => contains(each, address))) {
      throw invalidParameter("Address is in subnet's reserved address range");
    }
    const reservations = [...this.reservations.values()].filter((each) => each.type === 'prefix');
    if (!allowInPrefixReservation && reservations.some((each) => contains(each.range, address))) {
      throw invalidParameter(`Address ${text} is in a subnet CIDR reservation for prefixes.`);
    }
    return address;
  }

  /** Answers the address as text. */
  take(address: bigint, owner: string): string {
    const present = this.#holders.of(address);
    if (present !== undefined) {
      throw new Error(`${this.family.format(address)} has an owner: ${present}`);
    }
    this.#holders.add(address, owner);
    return this.family.format(address);
  }

  /** Takes all addresses of a prefix: whoever names one of them meets its owner. Answers the CIDR. */
  takePrefix(cidr: string, owner: string): string {
    const prefix = parseCidr(cidr, this.family);
    if (prefix === undefined || sizeOf(prefix) !== this.#holders.prefixSize) {
      throw invalidParameter(`invalid value for parameter ${this.family.prefixParameter}: ${cidr}`);
    }
    const range = this.ranges.find((each) => within(each, prefix));
    if (range === undefined) {
      throw outOfRange();
    }
    if (!this.#isFree(prefix, range)) {
      throw new ApiError('InvalidIPAddress.InUse', `The specified prefix ${cidr} is already in use.`);
    }
    this.#holders.addPrefix(prefix.first, owner);
    return formatCidr(prefix, this.family);
  }

  #isFree(prefix: Range, range: Range): boolean {
    const reserved = reservedIn(range).some((each) => overlap(each, prefix));
    return !reserved && this.#holders.isPrefixFree(prefix.first);
  }

  give(addresses: readonly string[], prefixes: readonly string[]): void {
    for (const address of addresses.flatMap((text) => this.family.parse(text) ?? [])) {
      this.#holders.delete(address);
    }
    for (const { first } of prefixes.flatMap((cidr) => parseCidr(cidr, this.family) ?? [])) {
      this.#holders.deletePrefix(first);
    }
  }

  /** Takes an address of EC2's own choice, none of `except` (addresses and prefixes); answers it. */
  takeFree(random: Random, owner: string, except: readonly string[] = []): string {
    const avoided = except.flatMap(
      (text) => parseCidr(text.includes('/') ? text : `${text}/${this.family.bits}`, this.family) ?? [],
    );
    const open = this.#open(avoided);
    for (const range of fromAnywhere(random, open)) {
      const address = this.#holders.firstFree(range.first, range.last);
      if (address !== undefined) {
        return this.take(address, owner);
      }
    }
    throw new ApiError(
      'InsufficientFreeAddressesInSubnet',
      'The specified subnet does not have enough free addresses to satisfy the request.',
    );
  }

  /** The addresses that are neither EC2's own nor in a reservation nor avoided. */
  #open(avoided: readonly Range[]): Range[] {
    const reservations = [...this.reservations.values()].map((each) => each.range);
    return this.ranges.flatMap((range) =>
      without(range, [...reservedIn(range), ...reservations, ...avoided]),
    );
  }

  /** EC2's own choice of a prefix: from a prefix reservation if there is one, else from outside every reservation. */
  takeFreePrefix(random: Random, owner: string): string {
    const reserved = [...this.reservations.values()].filter((each) => each.type === 'prefix');
    const open =
      reserved.length === 0
        ? this.#open([])
        : reserved.flatMap(({ range }) => without(range, this.ranges.flatMap(reservedIn)));
    const size = this.#holders.prefixSize;
    /** Prefixes that lie in there whole, counted from 0::/80. */
    const prefixes = open
      .map(({ first, last }) => ({ first: (first + size - 1n) / size, last: (last + 1n) / size - 1n }))
      .filter(({ first, last }) => first <= last);
    for (const { first, last } of fromAnywhere(random, prefixes)) {
      for (let prefix = first; prefix <= last; prefix++) {
        const range = { first: prefix * size, last: (prefix + 1n) * size - 1n };
        if (this.#holders.isPrefixFree(range.first)) {
          return this.takePrefix(formatCidr(range, this.family), owner);
        }
      }
    }
    throw new ApiError(
      'InsufficientCidrBlocks',
      'The specified subnet does not have enough free cidr blocks to satisfy the request.',
    );
  }
}

function outOfRange(): ApiError {
  return invalidParameter("Address does not fall within the subnet's address range");
}

/** The first four addresses and the last belong to AWS in every CIDR of a subnet, whatever its size. */
function reservedIn({ first, last }: Range): Range[] {
  return [
    { first, last: first + 3n },
    { first: last, last },
  ];
}

/** All of these ranges, to be gone through once, from anywhere on. */
function fromAnywhere(random: Random, ranges: readonly Range[]): Range[] {
  const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
  let skip = total === 0n ? 0n : random.bigBelow(total);
  for (const [index, range] of ranges.entries()) {
    if (skip < sizeOf(range)) {
      const start = range.first + skip;
      const before = skip > 0n ? [{ first: range.first, last: start - 1n }] : [];
      const others = [...ranges.slice(index + 1), ...ranges.slice(0, index)];
      return [{ first: start, last: range.last }, ...others, ...before];
    }
    skip -= sizeOf(range);
  }
  return [];
}
