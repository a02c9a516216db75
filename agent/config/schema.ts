import * as z from 'zod';
import { clusterName, distinct, interfaceName, securityGroupId, subnetId, timeout } from './fields.ts';
import { labels } from './labels.ts';
import { addressRange, swallows } from './ranges.ts';
import { tags } from './tags.ts';

export const apiGroup = 'multus-bootstrap.io';
export const apiVersion = `${apiGroup}/v1alpha1`;
export const kind = 'MultusNodeConfig';

const ipv4 = z
  .strictObject({
    mode: z
      .enum(['FirstFree', 'Automatic'])
      .default('FirstFree')
      .meta({
        description:
          'FirstFree: the lowest free address. Automatic: EC2 chooses; use it with CIDR reservations',
        examples: ['Automatic'],
      }),
    within: distinct(addressRange)
      .default([])
      .meta({
        description:
          "The workers' part of the subnets, CIDRs or first-last. Those inside the chosen subnet apply; without entries, all of the subnet",
        examples: [['10.0.4.0/26', '10.0.5.4-10.0.5.63']],
      }),
    podRange: distinct(addressRange)
      .default([])
      .meta({
        description: "The pods' part, CIDRs or first-last: never claimed from",
        examples: [['10.0.4.64-10.0.4.254']],
      }),
  })
  .refine(({ within, podRange }) => !swallows(podRange, within), {
    path: ['podRange'],
    error: 'covers all of within, so no address is left for workers; write ranges that do not overlap',
  });

export const interfaceSchema = z.strictObject({
  name: interfaceName.meta({
    description: 'What NetworkAttachmentDefinitions name as master, up to 15 characters',
    examples: ['eth1'],
  }),
  subnets: distinct(subnetId)
    .min(1, { error: 'is empty; write at least one subnet id' })
    .meta({
      description:
        "Subnet ids. Those in the node's zone are used, of several the one with most free addresses first, so one list serves all zones",
      examples: [['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718']],
    }),
  securityGroups: distinct(securityGroupId)
    .min(1, { error: 'is empty; write at least one security group id' })
    .max(16, { error: 'has more than 16 groups, the most that EC2 allows an ENI; remove some' })
    .meta({
      description: 'Security group ids, 1 to 16 (more than 5 need a higher account limit)',
      examples: [['sg-0a1b2c3d4e5f60718']],
    }),
  ipv4: ipv4.prefault({}).meta({ description: 'How the IPv4 address is chosen' }),
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
    .default(true)
    .meta({
      description: 'false for pods with addresses that the VPC does not know',
      examples: [false],
    }),
  deleteOnTermination: z
    .boolean()
    .default(true)
    .meta({
      description: 'Whether EC2 deletes the ENI together with the instance',
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
  tags: tags.default({}).meta({
    description: "Tags for the ENI, besides the agent's own",
    examples: [{ team: 'core' }],
  }),
});

export const specSchema = z.strictObject({
  cluster: clusterName.optional().meta({
    description: 'Name of the cluster, for the ENI tag multus-bootstrap.io/cluster',
    examples: ['my-cluster'],
  }),
  timeout: timeout.default('10m').meta({
    description: 'Deadline of the whole run in minutes and seconds, 1s to 60m. Karpenter gives a node 15m',
    examples: ['5m'],
  }),
  failurePolicy: z
    .enum(['Block', 'Taint', 'Ignore'])
    .default('Block')
    .meta({
      description:
        'When the run fails: Block: kubelet does not start. Taint: the node joins with the taint multus-bootstrap.io/not-ready. Ignore: the node joins',
      examples: ['Taint'],
    }),
  interfaces: distinct(interfaceSchema, ({ name }) => name)
    .default([])
    .meta({ description: 'The Multus interfaces, in the order of their device indexes; none: labels only' }),
  kubelet: z
    .strictObject({
      labels: labels.default({}).meta({
        description:
          'Node labels. Values may name results: ${eth1.address}, ${eth1.eniId}, ${eth1.subnetId}, ${eth1.deviceIndex}, ${eth1.networkCard}, ${zone}, ${region}, ${instanceId}, ${instanceType}, ${cluster}',
        examples: [{ 'zone-net': '${eth1.subnetId}' }],
      }),
      maxPods: z
        .enum(['Adjust', 'Keep'])
        .default('Adjust')
        .meta({
          description: "Adjust kubelet's maxPods for the ENIs that Multus takes, or keep it",
          examples: ['Keep'],
        }),
    })
    .prefault({})
    .meta({ description: "What kubelet is told at the node's registration" }),
});

/** One document: the whole configuration, or a part of it that is merged with others. */
export const documentSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
  spec: specSchema.prefault({}).meta({ description: 'The configuration' }),
});

/** The effective configuration in the document's own terms, with its defaults. */
export type Spec = z.output<typeof specSchema>;
