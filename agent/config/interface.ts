import * as z from 'zod';
import { distinct, interfaceName, securityGroupId, subnetId, wait } from './fields.ts';
import { ipv4Range, ipv6Range, swallows } from './ranges.ts';
import { selection, tags } from './tags.ts';

/** What one IP version's address is to be: the same keys for both. */
function addresses(range: z.ZodType<string, string>, mode: 'FirstFree' | 'None', examples: string[][]) {
  return z
    .strictObject({
      mode: z
        .enum(['FirstFree', 'Automatic', 'None'])
        .default(mode)
        .meta({
          description:
            'FirstFree: the lowest free address. Automatic: EC2 chooses; use it with CIDR reservations. None: no such address',
          examples: ['Automatic'],
        }),
      within: distinct(range)
        .default([])
        .meta({
          description:
            "The workers' part of the subnets, CIDRs or first-last. Those inside the chosen subnet apply; without entries, all of the subnet",
          examples: examples.slice(0, 1),
        }),
      podRange: distinct(range)
        .default([])
        .meta({
          description: "The pods' part, CIDRs or first-last: never claimed from",
          examples: examples.slice(1),
        }),
    })
    .refine(({ within, podRange }) => !swallows(podRange, within), {
      path: ['podRange'],
      error: 'covers all of within, so no address is left for workers; write ranges that do not overlap',
    });
}

const ipv4 = addresses(ipv4Range, 'FirstFree', [
  ['10.0.4.0/26', '10.0.5.4-10.0.5.63'],
  ['10.0.4.64-10.0.4.254'],
]);
const ipv6 = addresses(ipv6Range, 'None', [['2600:1f18:1:4::/112'], ['2600:1f18:1:4::1:0/112']]);

const existing = z.strictObject({
  tags: selection.meta({
    description: 'Tags that the ENIs have, all of them',
    examples: [{ multus: 'true', cluster: 'my-cluster' }],
  }),
  wait: wait.default('2m').meta({
    description: 'How long to wait for one to become available, in minutes and seconds, within spec.timeout',
    examples: ['30s'],
  }),
});

const written = z.strictObject({
  name: interfaceName.meta({
    description: 'What NetworkAttachmentDefinitions name as master, up to 15 characters',
    examples: ['eth1'],
  }),
  subnets: distinct(subnetId)
    .min(1, { error: 'is empty; write at least one subnet id' })
    .optional()
    .meta({
      description:
        "Subnet ids. Those in the node's zone are used, of several the one with most free addresses first, so one list serves all zones",
      examples: [['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718']],
    }),
  subnetTags: selection.optional().meta({
    description:
      "Instead of subnets: tags that the subnets have, all of them. Those of the node's VPC are used",
    examples: [{ net: 'signalling' }],
  }),
  existing: existing.optional().meta({
    description:
      "Instead of creating: claims an ENI made beforehand, in the node's zone. Its security groups and addresses are left alone, and it is never deleted",
  }),
  securityGroups: distinct(securityGroupId)
    .min(1, { error: 'is empty; write at least one security group id' })
    .max(16, { error: 'has more than 16 groups, the most that EC2 allows an ENI; remove some' })
    .optional()
    .meta({
      description:
        'Security group ids, 1 to 16 (more than 5 need a higher account limit). Required, but for existing ENIs',
      examples: [['sg-0a1b2c3d4e5f60718']],
    }),
  ipv4: ipv4.optional().meta({ description: 'How the IPv4 address is chosen' }),
  ipv6: ipv6.optional().meta({ description: 'How the IPv6 address is chosen' }),
  networkCard: z
    .int()
    .min(0)
    .default(0)
    .meta({
      description: 'Index of the network card, on instance types with several',
      examples: [1],
    }),
  sourceDestCheck: z
    .boolean()
    .optional()
    .meta({
      description:
        'false for pods with addresses that the VPC does not know. Default: true; existing ENIs keep theirs',
      examples: [false],
    }),
  deleteOnTermination: z
    .boolean()
    .optional()
    .meta({
      description:
        'Whether EC2 deletes the ENI together with the instance. Default: true; existing ENIs keep theirs',
      examples: [false],
    }),
  mtu: z
    .int()
    .min(576)
    .max(9001)
    .default(9001)
    .meta({
      description: "The link's MTU in bytes, 576 to 9001",
      examples: [1500],
    }),
  tags: tags.optional().meta({
    description: "Tags for the ENI, besides the agent's own",
    examples: [{ team: 'core' }],
  }),
});

type Written = z.output<typeof written>;

/** Rules between the keys are told beside faults in them. */
const always = { when: () => true };
const origins = ['subnets', 'subnetTags', 'existing'] as const;
const notWithExisting = ['securityGroups', 'ipv4', 'ipv6', 'tags'] as const;

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function originsOf(value: unknown): string[] {
  return origins.filter((key) => has(value, key));
}

/** One entry of `interfaces`, with the defaults of its kind. */
export const interfaceSchema = [...notWithExisting]
  .reduce(
    (schema, key) =>
      schema.refine((value) => !(has(value, 'existing') && has(value, key)), {
        ...always,
        path: [key],
        error: 'is not for existing ENIs, which keep theirs; remove it, or existing',
      }),
    written,
  )
  .refine((value) => originsOf(value).length > 0, {
    ...always,
    path: ['subnets'],
    error:
      'is missing; write ["subnet-0a1b2c3d4e5f60718","subnet-1a1b2c3d4e5f60718"], or subnetTags or existing instead',
  })
  .refine((value) => originsOf(value).length < 2, {
    ...always,
    error: ({ input }) => `has ${originsOf(input).join(' and ')}; keep one of them`,
  })
  .refine((value) => has(value, 'existing') || has(value, 'securityGroups'), {
    ...always,
    path: ['securityGroups'],
    error: 'is missing; write ["sg-0a1b2c3d4e5f60718"]',
  })
  .refine((value) => value.ipv4?.mode !== 'None' || (value.ipv6?.mode ?? 'None') !== 'None', {
    path: ['ipv4', 'mode'],
    error: 'None leaves the ENI without any address; write FirstFree, or ipv6: {mode: FirstFree}',
  })
  .transform(withDefaults);

function withDefaults(value: Written) {
  const { existing, subnets, subnetTags, securityGroups = [], ...rest } = value;
  if (existing !== undefined) {
    return { ...rest, existing };
  }
  return {
    ...rest,
    ...(subnets === undefined ? {} : { subnets }),
    ...(subnetTags === undefined ? {} : { subnetTags }),
    existing: undefined,
    securityGroups,
    ipv4: rest.ipv4 ?? ipv4.parse({}),
    ipv6: rest.ipv6 ?? ipv6.parse({}),
    sourceDestCheck: rest.sourceDestCheck ?? true,
    deleteOnTermination: rest.deleteOnTermination ?? true,
    tags: rest.tags ?? {},
  };
}
