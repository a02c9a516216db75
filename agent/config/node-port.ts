import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';
import * as z from 'zod';
import { distinct, text, textWithout } from './fields.ts';

/** A link's name as the kernel has it, or `primary`. */
const linkName = text(
  /^(?!\d+$)(?!(?:lo|all|default)$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/,
  (written) => `${JSON.stringify(written)} is not an interface name; write that of one of spec.interfaces`,
);

/** What no ENI can have: unspecified, loopback, link-local, multicast and broadcast addresses. */
const outsideSubnets = new BlockList();
for (const [first, length] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  outsideSubnets.addSubnet(first, length, 'ipv4');
}
for (const [first, length] of [
  ['::', 96],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  outsideSubnets.addSubnet(first, length, 'ipv6');
}

const address = textWithout((written) => {
  if (isIPv4(written) || (isIPv6(written) && !written.includes('.') && !written.includes('%'))) {
    return outsideSubnets.check(written, isIPv4(written) ? 'ipv4' : 'ipv6')
      ? `${JSON.stringify(written)} is in no subnet; write a free address of the interface's subnet, as in 10.0.4.201`
      : undefined;
  }
  const remedy = written.includes('/') ? written.split('/')[0] : '10.0.4.201';
  return `${JSON.stringify(written)} is not an address; write it without a prefix length, as in ${remedy}`;
});

/** An IPv6 address has many spellings: the one by which it is known; other text as it is. */
export function canonicalAddress(written: string): string {
  return isIPv6(written) && !written.includes('%')
    ? new SocketAddress({ address: written, family: 'ipv6' }).address
    : written;
}

/** One entry of `nodePort`. */
export const nodePortSchema = z.strictObject({
  addresses: distinct(address, canonicalAddress)
    .min(1, { error: 'is empty; write at least one address' })
    .meta({
      description:
        "Addresses at which NodePort services are reached, IPv4 or IPv6. Those inside the subnet of the interface's ENI apply, so one list serves all zones",
      examples: [['10.0.4.201', '10.0.5.201']],
    }),
  interface: linkName.meta({
    description:
      'The interface whose ENI carries them, one of spec.interfaces. With primaryIsUnmanaged also the primary ENI: its link by name, or "primary"',
    examples: ['eth1'],
  }),
  mode: z
    .enum(['Floating', 'PerNode'])
    .default('Floating')
    .meta({
      description:
        'Floating: one node at a time holds each address, and another takes it over when that one fails. PerNode: this node claims the first that nobody holds, of each IP version',
      examples: ['PerNode'],
    }),
  probePort: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .meta({
      description:
        'Floating: a TCP port, the nodePort of the service, at which the other nodes probe the holder besides ICMP. One that answered once and then does not is taken for dead',
      examples: [30080],
    }),
  primaryIsUnmanaged: z
    .boolean()
    .default(false)
    .meta({
      description:
        "true where this cluster's CNI is not the VPC CNI, which hands every secondary address of the primary ENI to a pod or gives it back. Only then may interface be the primary ENI",
      examples: [true],
    }),
});

/** Where the watcher tells of its state for Prometheus. */
export const metricsPort = z
  .int()
  .min(1)
  .max(65535)
  .optional()
  .meta({
    description:
      'Port of 127.0.0.1 at which multus-bootstrap-nodeport.service serves metrics for Prometheus, at /metrics; none: it does not',
    examples: [9410],
  });
