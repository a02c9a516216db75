import * as z from 'zod';
import { formatAddress, parseRange, type Range, size, subtract } from '../claim/range.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const address = `(?:${octet}\\.){3}${octet}`;
const form = new RegExp(`^${address}(?:/(?:3[0-2]|[12]?\\d)|-${address})$`);

/** An IPv4 CIDR without host bits, or `first-last`. */
export const addressRange = z
  .string()
  .regex(form, {
    abort: true,
    error: ({ input }) => {
      const remedy = new RegExp(`^${address}$`).test(String(input))
        ? `${input}/32`
        : '10.0.4.0/26 or 10.0.4.4-10.0.4.63';
      return `${JSON.stringify(input)} is not a range of IPv4 addresses; write a CIDR or first-last, as in ${remedy}`;
    },
  })
  .refine(ordered, {
    error: ({ input }) => orderRemedy(String(input)),
  });

function ordered(written: string): boolean {
  const { first, last } = parseRange(written);
  return first <= last && (!written.includes('/') || formatAddress(first) === written.split('/')[0]);
}

function orderRemedy(written: string): string {
  const [start, end] = written.split(/[/-]/);
  if (written.includes('/')) {
    const network = `${formatAddress(parseRange(written).first)}/${end}`;
    return `${written} has bits set behind its prefix; write ${network}, or ${start}/32 for the one address`;
  }
  return `${written} ends before it starts; write ${end}-${start}`;
}

/** Whether nothing of `within` is left once the pods' part is taken away. */
export function swallows(podRange: readonly string[], within: readonly string[]): boolean {
  const parse = (entries: readonly string[]): Range[] => entries.map(parseRange);
  return within.length > 0 && size(subtract(parse(within), parse(podRange))) === 0;
}
