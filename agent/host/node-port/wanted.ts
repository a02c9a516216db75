import type { NodePortLink } from '../../nodeport/setup.ts';
import { type Item, versionOf } from './items.ts';
import { ipv6Router, markMask, markOf, priority, tableOf } from './layout.ts';

/** The addresses, routes and rules of these links; where there is no address of an IP version, none of that version. */
export function wantedItems(links: readonly NodePortLink[]): Item[] {
  return links.flatMap((link, index) =>
    ([4, 6] as const).flatMap((version) => itemsOf(link, index + 1, version)),
  );
}

function itemsOf({ name, cidrs, addresses }: NodePortLink, n: number, version: 4 | 6): Item[] {
  const own = addresses.map(({ address }) => address).filter((address) => versionOf(address) === version);
  const subnet = cidrs.filter((cidr) => versionOf(cidr) === version);
  if (own.length === 0) {
    return [];
  }
  const [first = ''] = subnet;
  const router = version === 6 ? ipv6Router : routerIn(first);
  const table = `table ${tableOf(n)}`;
  const item = (kind: Item['kind'], key: string): Item => ({ kind, version, link: name, key });
  return [
    ...subnet.map((cidr) => item('route', `${cidr} dev ${name} ${table}`)),
    item('route', `default via ${router} dev ${name} ${table}`),
    item('rule', `priority ${priority.mark} fwmark ${hex(markOf(n))}/${hex(markMask)} ${table}`),
    ...own.map((address) =>
      item('rule', `priority ${priority.source} fwmark 0x0/${hex(markMask)} from ${address} ${table}`),
    ),
    ...own.map((address) => item('address', `${address}/${version === 4 ? 32 : 128} dev ${name}`)),
  ];
}

/** Of an IPv4 subnet: EC2 reserves the address after its first, which is even, for the router. */
function routerIn(cidr: string): string {
  return cidr.replace(/(\d+)\/\d+$/, (_, last) => `${Number(last) + 1}`);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
