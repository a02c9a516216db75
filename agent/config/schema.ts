import * as z from 'zod';
import { clusterName, timeout } from './fields.ts';
import { interfaceSchema } from './interface.ts';
import { labels } from './labels.ts';
import { metricsPort, nodePortSchema } from './node-port.ts';
import { instanceTags } from './tags.ts';

export const apiGroup = 'multus-bootstrap.io';
export const apiVersion = `${apiGroup}/v1alpha1`;
export const kind = 'MultusNodeConfig';

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
  interfaces: z
    .array(interfaceSchema)
    .default([])
    .meta({ description: 'The Multus interfaces, in the order of their device indexes; none: labels only' }),
  nodePort: z
    .array(nodePortSchema)
    .default([])
    .meta({ description: 'Addresses at which NodePort services are reached, and that outlive their node' }),
  metricsPort,
  instanceTags: instanceTags.default({}).meta({
    description: 'Tags for the instance, once its interfaces are whole',
    examples: [{ 'multus-network-attached': 'true' }],
  }),
  kubelet: z
    .strictObject({
      labels: labels.default({}).meta({
        description:
          'Node labels. Values may name results: ${eth1.address} (IPv4), ${eth1.eniId}, ${eth1.subnetId}, ${eth1.deviceIndex}, ${eth1.networkCard}, ${zone}, ${region}, ${instanceId}, ${instanceType}, ${cluster}',
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
