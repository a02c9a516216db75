import * as z from 'zod';
import { ipv4, ipv6 } from './addresses.ts';
import { distinct, interfaceName, securityGroupId, subnetId, wait } from './fields.ts';
import { keptByExisting } from './interface-rules.ts';
import { eniSelection, subnetSelection, tags } from './tags.ts';

const existing = z.strictObject({
  tags: eniSelection.meta({
    description: 'Tags that the ENIs have, all of them',
    examples: [{ multus: 'true', cluster: 'my-cluster' }],
  }),
  wait: wait.default('2m').meta({
    description: 'How long to wait for one to become available, in minutes and seconds, within spec.timeout',
    examples: ['30s'],
  }),
});

const defaults = {
  sourceDestCheck: { default: true },
  deleteOnTermination: { default: true },
  tags: { default: {} },
};

/** The rules of `interface-rules.ts` on what stands beside what, as editors know them. The first is the usual case. */
const kinds = [
  kind(['subnets', 'securityGroups'], ['subnetTags', 'existing'], defaults),
  kind(['subnetTags', 'securityGroups'], ['subnets', 'existing'], defaults),
  kind(['existing'], ['subnets', 'subnetTags', ...keptByExisting], {}),
];

function kind(required: string[], excluded: string[], properties: Record<string, unknown>) {
  const isAllowed = [...required.map((key) => [key, true]), ...excluded.map((key) => [key, false])];
  return { type: 'object', required, properties: { ...Object.fromEntries(isAllowed), ...properties } };
}

const written = z
  .strictObject({
    name: interfaceName.meta({
      description: 'What NetworkAttachmentDefinitions name as master, up to 15 characters',
      examples: ['eth1'],
    }),
    subnets: distinct(subnetId)
      .min(1, { error: 'is empty; write at least one subnet id' })
      .optional()
      .meta({
        description:
          "Subnet ids, if neither subnetTags nor existing. Those in the node's zone are used, of several the one with most free addresses first, so one list serves all zones",
        examples: [['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718']],
      }),
    subnetTags: subnetSelection.optional().meta({
      description:
        "Instead of subnets: tags that the subnets have, all of them. Those of the node's VPC and zone are used, as of a list",
      examples: [{ net: 'signalling' }],
    }),
    existing: existing.optional().meta({
      description:
        "Instead of creating: claims an ENI made beforehand, in the node's zone. It keeps its security groups and addresses, and is never deleted",
      examples: [{ tags: { multus: 'true', cluster: 'my-cluster' } }],
    }),
    securityGroups: distinct(securityGroupId)
      .min(1, { error: 'is empty; write at least one security group id' })
      .max(16, { error: 'has more than 16 groups, the most that EC2 allows an ENI; remove some' })
      .optional()
      .meta({
        description:
          'Security group ids, 1 to 16 (more than 5 need a higher account limit). Existing ENIs keep their own',
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
          'false for pods with addresses that the VPC does not know. Existing ENIs keep theirs, unless it is written',
        examples: [false],
      }),
    deleteOnTermination: z
      .boolean()
      .optional()
      .meta({
        description:
          'Whether EC2 deletes the ENI together with the instance. Existing ENIs keep theirs, unless it is written',
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
      description: "Tags for the ENI, besides the agent's own. Existing ENIs keep theirs",
      examples: [{ team: 'core' }],
    }),
  })
  .meta({ oneOf: kinds });

/** One entry of `interfaces`, with the defaults of its kind. */
export const interfaceSchema = written.transform(withDefaults);

/** What is undefined for an existing ENI is left as it is. */
function withDefaults(entry: z.output<typeof written>) {
  const { name, existing, networkCard, sourceDestCheck, deleteOnTermination, mtu } = entry;
  if (existing !== undefined) {
    return { name, existing, networkCard, sourceDestCheck, deleteOnTermination, mtu };
  }
  return {
    name,
    subnets: entry.subnets,
    subnetTags: entry.subnetTags,
    existing,
    securityGroups: entry.securityGroups ?? [],
    ipv4: entry.ipv4 ?? ipv4.parse({}),
    ipv6: entry.ipv6 ?? ipv6.parse({}),
    networkCard,
    sourceDestCheck: sourceDestCheck ?? true,
    deleteOnTermination: deleteOnTermination ?? true,
    mtu,
    tags: entry.tags ?? {},
  };
}
