import { SocketAddress } from 'node:net';
import { IPv4, IPv6 } from 'ip-num';

/**
 * A run of addresses, both ends included, as numbers. IPv4 and IPv6 share one number line: an IPv4 address is a
 * number below 2^32, where no IPv6 address of a VPC is (`::/96`).
 */
export interface Range {
  first: bigint;
  last: bigint;
}

const ipv6Starts = 1n << 32n;

/** Whether a text that is an address, a CIDR or a range is of IPv6. */
export function isIpv6(text: string): boolean {
  return text.includes(':');
}

/** An IPv4 address in its canonical dotted form, or an IPv6 address in any, as a number. Throws on anything else. */
export function parseAddress(text: string): bigint {
  return isIpv6(text) ? new IPv6(text).value : new IPv4(text).value;
}

/** The address in its canonical form: dotted, or by RFC 5952. */
export function formatAddress(address: bigint): string {
  if (address < ipv6Starts) {
    return IPv4.fromNumber(address).toString();
  }
  return new SocketAddress({ address: IPv6.fromBigInt(address).toString(), family: 'ipv6' }).address;
}

/** `10.0.4.0/24`, `10.0.4.4-10.0.4.63`, one address, or the same of IPv6. Throws on anything else. */
export function parseRange(text: string): Range {
  if (text.includes('/')) {
    return parseCidr(text);
  }
  const [first = '', last = first, ...rest] = text.split('-');
  if (rest.length > 0 || isIpv6(first) !== isIpv6(last)) {
    throw new Error(`${text} is not a range of the form first-last`);
  }
  return { first: parseAddress(first), last: parseAddress(last) };
}

function parseCidr(text: string): Range {
  const [address = '', length = '', ...rest] = text.split('/');
  const bits = isIpv6(address) ? 128 : 32;
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits) {
    throw new Error(`${text} is not a CIDR`);
  }
  const inBlock = (1n << BigInt(bits - Number(length))) - 1n;
  const last = parseAddress(address) | inBlock;
  return { first: last - inBlock, last };
}

/** The same addresses, in order, as the fewest ranges. */
export function merge(ranges: readonly Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last + 1n) {
      merged.push({ ...range });
    } else if (range.last > previous.last) {
      previous.last = range.last;
    }
  }
  return merged;
}

/** The addresses of `ranges` that are in `others` too, merged. */
export function intersect(ranges: readonly Range[], others: readonly Range[]): Range[] {
  return subtract(ranges, complement(others));
}

/** The addresses of `ranges` that are not in `others`, merged. */
export function subtract(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const holes = merge(others);
  const left: Range[] = [];
  let next = 0;
  for (const range of merge(ranges)) {
    let first = range.first;
    while (next < holes.length && (holes[next]?.last ?? 0n) < first) {
      next += 1;
    }
    for (let i = next; first <= range.last; i += 1) {
      const hole = holes[i];
      if (hole === undefined || hole.first > range.last) {
        left.push({ first, last: range.last });
        break;
      }
      if (hole.first > first) {
        left.push({ first, last: hole.first - 1n });
      }
      first = hole.last + 1n;
    }
  }
  return left;
}

/** How many addresses there are in ranges that do not overlap. */
export function size(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { first, last }) => sum + (last - first + 1n), 0n);
}

/** The first `count` addresses of merged ranges, or as many as there are. */
export function firstOf(ranges: readonly Range[], count: number): bigint[] {
  const addresses: bigint[] = [];
  for (const { first, last } of ranges) {
    for (let address = first; address <= last && addresses.length < count; address += 1n) {
      addresses.push(address);
    }
  }
  return addresses;
}

const top = (1n << 128n) - 1n;

function complement(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let first = 0n;
  for (const range of merge(ranges)) {
    if (range.first > first) {
      gaps.push({ first, last: range.first - 1n });
    }
    first = range.last + 1n;
  }
  return first <= top ? [...gaps, { first, last: top }] : gaps;
}
