import type { BenchEni, Fabric } from './fabric.ts';
import { addNamespace, ip } from './namespaces.ts';
import type { BenchNode } from './node.ts';

export interface BenchPod {
  name: string;
  address: string;
  ipv6Address: string;
}

/**
 * A pod as the VPC CNI makes it, with an address of the primary ENI, or of its second one: `eni…` on the host, its
 * addresses routed there by the main table, whatever comes from it by the table of its ENI.
 *
 * @param number of the pod on its node, from 1
 */
export async function addPod(
  fabric: Fabric,
  node: BenchNode,
  number: number,
  of: 'primary' | 'pods' = 'primary',
): Promise<BenchPod> {
  const name = `${node.name}pod${number}`;
  const host = Number(node.address.split('.').at(-1)) * 10 + number;
  const address = of === 'primary' ? `10.0.1.${host}` : `10.0.2.${host}`;
  const ipv6Address = `2600:1f18:1:1:a::${host}`;
  const eni: BenchEni = node[of];
  const link = `eni${name}`;
  const linkMac = '02:00:00:00:03:01';
  await fabric.assign(eni, address);
  await fabric.assign(node.primary, ipv6Address);
  await addNamespace(name);
  await ip(node.name, [
    `link add ${link} address ${linkMac} type veth peer name eth0 netns ${name}`,
    `link set ${link} up`,
    `route add ${address} dev ${link} scope link`,
    `route add ${ipv6Address} dev ${link}`,
  ]);
  await ip(node.name, rules(address, of), 4);
  await ip(node.name, rules(ipv6Address, 'primary'), 6);
  await ip(name, [
    `address add ${address}/32 dev eth0`,
    `address add ${ipv6Address}/128 dev eth0 nodad`,
    'link set eth0 up',
    'route add 169.254.1.1 dev eth0 scope link',
    'route add default via 169.254.1.1 dev eth0',
    'route add default via fe80::1 dev eth0',
    `neigh add 169.254.1.1 lladdr ${linkMac} nud permanent dev eth0`,
    `neigh add fe80::1 lladdr ${linkMac} nud permanent dev eth0`,
  ]);
  return { name, address, ipv6Address };
}

function rules(address: string, of: 'primary' | 'pods'): string[] {
  const to = `rule add priority 512 to ${address} table main`;
  return of === 'primary' ? [to] : [to, `rule add priority 1536 from ${address} table 2`];
}
