import * as z from 'zod';
import { distinct } from './fields.ts';
import { ipv4Range, ipv6Range, swallows } from './ranges.ts';

/** What the address of one IP version is to be: the same keys for both. */
function addresses(
  range: z.ZodType<string, string>,
  mode: 'FirstFree' | 'None',
  examples: { mode: string; within: string[]; podRange: string[] },
) {
  return z
    .strictObject({
      mode: z
        .enum(['FirstFree', 'Automatic', 'None'])
        .default(mode)
        .meta({
          description:
            'FirstFree: the lowest free address. Automatic: EC2 chooses; use it with CIDR reservations. None: no such address',
          examples: [examples.mode],
        }),
      within: distinct(range)
        .default([])
        .meta({
          description:
            "The workers' part of the subnets, CIDRs or first-last. Those inside the chosen subnet apply; without entries, all of the subnet",
          examples: [examples.within],
        }),
      podRange: distinct(range)
        .default([])
        .meta({
          description: "The pods' part, CIDRs or first-last: never claimed from",
          examples: [examples.podRange],
        }),
    })
    .refine(({ within, podRange }) => !swallows(podRange, within), {
      path: ['podRange'],
      error: 'covers all of within, so no address is left for workers; write ranges that do not overlap',
    });
}

export const ipv4 = addresses(ipv4Range, 'FirstFree', {
  mode: 'Automatic',
  within: ['10.0.4.0/26', '10.0.5.4-10.0.5.63'],
  podRange: ['10.0.4.64-10.0.4.254'],
});

export const ipv6 = addresses(ipv6Range, 'None', {
  mode: 'FirstFree',
  within: ['2600:1f18:1:4::/112'],
  podRange: ['2600:1f18:1:4::1:0/112'],
});
