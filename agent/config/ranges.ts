import { isIPv4, isIPv6 } from 'node:net';
import {
  formatAddress,
  isIpv6,
  parseAddress,
  parseRange,
  type Range,
  size,
  subtract,
} from '../claim/range.ts';
import { text } from './fields.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4Address = `(?:${octet}\\.){3}${octet}`;
const ipv4Form = new RegExp(`^${ipv4Address}(?:/(?:3[0-2]|[12]?\\d)|-${ipv4Address})$`);
/** Hex digits and colons: what addresses they make, `isIPv6` knows. */
const ipv6Form = /^[0-9A-Fa-f:]+(?:\/(?:12[0-8]|1[01]\d|[1-9]?\d)|-[0-9A-Fa-f:]+)$/;

/** An IPv4 CIDR without host bits, or `first-last`. */
export const ipv4Range = text(ipv4Form, ipv4Remedy).refine(ordered, {
  abort: true,
  error: ({ input }) => orderRemedy(String(input)),
});

/** An IPv6 CIDR without host bits, or `first-last`, in any spelling but with an IPv4 address at its end. */
export const ipv6Range = text(ipv6Form, ipv6Remedy)
  .refine(isIpv6Range, { abort: true, error: ({ input }) => ipv6Remedy(String(input)) })
  .refine(ordered, { abort: true, error: ({ input }) => orderRemedy(String(input)) });

function ipv4Remedy(written: string): string {
  const remedy = isIPv4(written) ? `${written}/32` : '10.0.4.0/26 or 10.0.4.4-10.0.4.63';
  return `${JSON.stringify(written)} is not a range of IPv4 addresses; write a CIDR or first-last, as in ${remedy}`;
}

function ipv6Remedy(written: string): string {
  const remedy = isIPv6(written)
    ? `${written}/128`
    : '2600:1f18:1:4::/112 or 2600:1f18:1:4::4-2600:1f18:1:4::ff';
  return `${JSON.stringify(written)} is not a range of IPv6 addresses; write a CIDR or first-last, as in ${remedy}`;
}

/** None of a VPC is in `::/96`, where IPv4 has its numbers (`claim/range.ts`). */
function isIpv6Range(written: string): boolean {
  const [first = '', last = first] = written.split(/[/-]/);
  const ends = written.includes('/') ? [first] : [first, last];
  return ends.every(isIPv6) && parseRange(written).first >= 1n << 32n;
}

function ordered(written: string): boolean {
  const { first, last } = parseRange(written);
  return first <= last && (!written.includes('/') || first === parseAddress(written.split('/')[0] ?? ''));
}

function orderRemedy(written: string): string {
  const [start, end] = written.split(/[/-]/);
  if (written.includes('/')) {
    const network = `${formatAddress(parseRange(written).first)}/${end}`;
    return `${written} has bits set behind its prefix; write ${network}, or ${start}/${isIpv6(written) ? 128 : 32} for the one address`;
  }
  return `${written} ends before it starts; write ${end}-${start}`;
}

/** Whether nothing of `within` is left once the pods' part is taken away. */
export function swallows(podRange: readonly string[], within: readonly string[]): boolean {
  const parse = (entries: readonly string[]): Range[] => entries.map(parseRange);
  return within.length > 0 && size(subtract(parse(within), parse(podRange))) === 0n;
}
