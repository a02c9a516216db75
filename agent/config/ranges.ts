import { isIPv6 } from 'node:net';
import * as z from 'zod';
import {
  formatAddress,
  isIpv6,
  parseAddress,
  parseRange,
  type Range,
  size,
  subtract,
} from '../claim/range.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const address = `(?:${octet}\\.){3}${octet}`;
const ipv4Form = new RegExp(`^${address}(?:/(?:3[0-2]|[12]?\\d)|-${address})$`);

/** An IPv4 CIDR without host bits, or `first-last`. */
export const ipv4Range = range(
  (written) => ipv4Form.test(written),
  (written) => {
    const remedy = new RegExp(`^${address}$`).test(written)
      ? `${written}/32`
      : '10.0.4.0/26 or 10.0.4.4-10.0.4.63';
    return `${JSON.stringify(written)} is not a range of IPv4 addresses; write a CIDR or first-last, as in ${remedy}`;
  },
);

/** An IPv6 CIDR without host bits, or `first-last`. */
export const ipv6Range = range(isIpv6Range, (written) => {
  const remedy = isIpv6Address(written)
    ? `${written}/128`
    : '2600:1f18:1:4::/112 or 2600:1f18:1:4::4-2600:1f18:1:4::ff';
  return `${JSON.stringify(written)} is not a range of IPv6 addresses; write a CIDR or first-last, as in ${remedy}`;
});

function range(hasForm: (written: string) => boolean, remedy: (written: string) => string) {
  return z
    .string()
    .refine(hasForm, { abort: true, error: ({ input }) => remedy(String(input)) })
    .refine(ordered, { error: ({ input }) => orderRemedy(String(input)) });
}

function isIpv6Range(written: string): boolean {
  const [first = '', bits = ''] = written.split('/');
  return written.includes('/')
    ? isIpv6Address(first) && /^(?:12[0-8]|1[01]\d|[1-9]?\d)$/.test(bits) && !written.endsWith('//')
    : written.split('-').length === 2 && written.split('-').every(isIpv6Address);
}

/** None of a VPC is in `::/96`, where IPv4 has its numbers (`claim/range.ts`). */
function isIpv6Address(text: string): boolean {
  return isIPv6(text) && !text.includes('%') && parseAddress(text) >= 1n << 32n;
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
