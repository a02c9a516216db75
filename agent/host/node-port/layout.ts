/**
 * Where in the kernel the way back of NodePort traffic is. Each value stands beside its neighbours on an EKS node, and
 * none of them may use it too.
 */

/** Of nftables, in family inet: nobody else's, and the whole of it is ours. */
export const nftTable = 'multus_bootstrap';

/**
 * The bits of packet and connection marks that are ours, and the only ones that are ever changed: the VPC CNI has 0x80,
 * Cilium 0x0f00, CNI's portmap 0x2000, kube-proxy 0x4000 and 0x8000, Calico 0xffff0000. Cilium also has the id of its
 * cluster in 0x00ff of what pods send: with one from 16 on it has some of our bits.
 */
export const markMask = 0x70;

/** All other bits. */
export const otherMarks = 0xffffffff - markMask;

/** As many links as the mask has values, but for the one of `ownMark`. */
export const maximumLinks = 6;

/** The mark of the n-th link with NodePort addresses, n from 1. */
export function markOf(n: number): number {
  return n << 4;
}

/**
 * The mark of what starts on this host for a NodePort address, which is local to it: kube-proxy sends it on to a pod, maybe
 * of another node, from the NodePort address itself. It must not leave by the link of that, as others' connections do, but
 * as whatever else this host sends: an answer to the address would go to its holder.
 */
export const ownMark = 0x70;

/**
 * Its routing table. The VPC CNI has those up to a few hundred, nodeadm's network manager and ec2-net-utils 10000 and a
 * few thousand more, systemd and the kernel 253 to 255.
 */
export function tableOf(n: number): number {
  return 52_000 + n;
}

/** Whether a table is one of ours. */
export function isOurs(table: number): boolean {
  return table > 52_000 && table <= 52_000 + maximumLinks;
}

/**
 * The priorities of the rules: by mark, and by source address of what has none (processes that have bound the address, and
 * the first look at the way of an answer, from which its MTU comes). The VPC CNI has 512 for what goes to a pod of this node,
 * which must come before, and 1024 for its own mark (main table) and 1536 for what a pod sends, which must come after.
 */
export const priority = { mark: 900, source: 901 } as const;

/**
 * By which rules and routes are known for ours (`protocol`): a number that iproute2 has no name for. networkd with its
 * ManageForeign… settings on, which EKS turns off, would remove them.
 */
export const protocol = 109;

/**
 * By which addresses are known for ours: iproute2 before 5.18 (AL2023 has 5.10) cannot give them a protocol. The metric
 * is that of the prefix route, which our addresses do not have.
 */
export const addressMetric = 109;

/**
 * The VPC router's IPv6 address in every subnet since November 2022, beside one made from its MAC that only router
 * advertisements tell, which our links do not listen to. The VPC CNI and Cilium rely on it for their own ENIs. Whether it
 * is there on Outposts and in Local Zones is not documented. The kernel asks for it from the address that the packet
 * comes from: our links have no link-local one.
 */
export const ipv6Router = 'fe80:ec2::1';
