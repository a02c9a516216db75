import type { BenchEni } from './fabric.ts';
import { run } from './namespaces.ts';

/** EC2's source/dest check, for nftables of the fabric. IPv6's neighbour discovery and multicast pass. */
export const sourceDestCheck = `
table inet fabric {
  set enis { type ifname; }
  set own4 { type ifname . ipv4_addr; }
  set own6 { type ifname . ipv6_addr; }
  counter dropped { }
  chain from {
    type filter hook prerouting priority raw; policy accept;
    iifname @enis iifname . ip saddr != @own4 counter name dropped drop
    iifname @enis ip6 saddr != { fe80::/10, :: } iifname . ip6 saddr != @own6 counter name dropped drop
  }
  chain to {
    type filter hook postrouting priority 300; policy accept;
    oifname @enis oifname . ip daddr != @own4 counter name dropped drop
    oifname @enis ip6 daddr != { fe80::/10, ff00::/8 } oifname . ip6 daddr != @own6 counter name dropped drop
  }
}
`;

/** What makes an address one of the ENI's own, or takes it away. */
export function element(verb: 'add' | 'delete', { port }: BenchEni, address: string): string {
  return `${verb} element inet fabric ${address.includes(':') ? 'own6' : 'own4'} { "${port}" . ${address} }\n`;
}

/** How many packets it has dropped. */
export async function countDropped(): Promise<number> {
  const listing = await run(undefined, ['nft', 'list', 'counter', 'inet', 'fabric', 'dropped']);
  return Number(/packets (\d+)/.exec(listing)?.[1]);
}
