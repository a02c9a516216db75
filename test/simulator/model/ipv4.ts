import { IPv4, IPv4CidrRange } from 'ip-num';

/** The addresses from `first` to `last`, as numbers. */
export interface Range {
  first: bigint;
  last: bigint;
}

/** The address as a number; undefined if it is none. */
export function parseAddress(text: string): bigint | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    return undefined;
  }
  try {
    return IPv4.fromString(text).getValue();
  } catch {
    return undefined;
  }
}

export function formatAddress(address: bigint): string {
  return IPv4.fromNumber(address).toString();
}

/** The range of a CIDR whose host bits are zero; undefined if it is none. */
export function parseCidr(text: string): Range | undefined {
  try {
    const range = IPv4CidrRange.fromCidr(text);
    const first = range.getFirst().getValue();
    return formatAddress(first) === text.split('/')[0]
      ? { first, last: range.getLast().getValue() }
      : undefined;
  } catch {
    return undefined;
  }
}

export function contains(range: Range, address: bigint): boolean {
  return range.first <= address && address <= range.last;
}

export function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}
