import { isIPv6, SocketAddress } from 'node:net';
import { IPv4, IPv6 } from 'ip-num';

/** The addresses from `first` to `last`, as numbers. */
export interface Range {
  first: bigint;
  last: bigint;
}

/** IPv4 or IPv6, as far as they differ to EC2. */
export interface Family {
  bits: number;
  /** The length of the prefixes that ENIs are delegated. */
  prefixLength: number;
  /** The parameter that names such a prefix. */
  prefixParameter: string;
  /** The address as a number; undefined if it is none. */
  parse(text: string): bigint | undefined;
  /** The address in its canonical form: of IPv6, RFC 5952's. */
  format(address: bigint): string;
}

export const ipv4: Family = {
  bits: 32,
  prefixLength: 28,
  prefixParameter: 'Ipv4Prefix',
  parse(text) {
    if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
      return undefined;
    }
    try {
      return IPv4.fromString(text).getValue();
    } catch {
      return undefined;
    }
  },
  format: (address) => IPv4.fromNumber(address).toString(),
};

export const ipv6: Family = {
  bits: 128,
  prefixLength: 80,
  prefixParameter: 'Ipv6Prefix',
  parse: (text) => (isIPv6(text) && !text.includes('%') ? IPv6.fromString(text).getValue() : undefined),
  format: (address) =>
    new SocketAddress({ address: IPv6.fromBigInt(address).toString(), family: 'ipv6' }).address,
};

/** The range of a CIDR whose host bits are zero; undefined if it is none. */
export function parseCidr(text: string, family: Family): Range | undefined {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const first = family.parse(address);
  if (first === undefined || Number(length) > family.bits) {
    return undefined;
  }
  const size = 1n << BigInt(family.bits - Number(length));
  return first % size === 0n ? { first, last: first + size - 1n } : undefined;
}

/** The length of a range that is a CIDR. */
export function lengthOf(range: Range, family: Family): number {
  return family.bits - (sizeOf(range).toString(2).length - 1);
}

/** The range of a CIDR as its text. */
export function formatCidr(range: Range, family: Family): string {
  return `${family.format(range.first)}/${lengthOf(range, family)}`;
}

export function sizeOf({ first, last }: Range): bigint {
  return last - first + 1n;
}

export function contains(range: Range, address: bigint): boolean {
  return range.first <= address && address <= range.last;
}

export function within(whole: Range, part: Range): boolean {
  return whole.first <= part.first && part.last <= whole.last;
}

export function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** What is left of the range without the holes, in order. */
export function without(range: Range, holes: readonly Range[]): Range[] {
  const left: Range[] = [];
  let { first } = range;
  for (const hole of holes.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    if (hole.first > first) {
      left.push({ first, last: hole.first > range.last ? range.last : hole.first - 1n });
    }
    if (hole.last >= first) {
      first = hole.last + 1n;
    }
    if (first > range.last) {
      return left;
    }
  }
  return [...left, { first, last: range.last }];
}
