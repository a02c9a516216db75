import type { Fabric } from './fabric.ts';
import { ipv6Router } from './fabric.ts';
import { type Inhabitant, inhabit } from './inhabitants.ts';
import { addNamespace, ip } from './namespaces.ts';
import { subnets } from './node.ts';

export interface BenchClient extends Inhabitant {
  name: string;
  address: string;
  ipv6Address: string;
}

/** A client beyond the VPC, as on-prem peers are. */
export async function addOutsideClient(fabric: Fabric): Promise<BenchClient> {
  const name = 'outside';
  const [address, ipv6Address] = ['10.99.0.2', '2001:db8:99::2'];
  await addNamespace(name);
  await fabric.addOutside(name, 'outside', ['10.99.0.1/24', '2001:db8:99::1/64']);
  await ip(name, [
    `address add ${address}/24 dev eth0`,
    `address add ${ipv6Address}/64 dev eth0`,
    'route add default via 10.99.0.1',
    'route add default via 2001:db8:99::1',
  ]);
  return { name, address, ipv6Address, ...inhabit(name) };
}

/** An instance in the subnet of eth1. */
export async function addNeighbour(fabric: Fabric): Promise<BenchClient> {
  const name = 'neighbour';
  const [address, ipv6Address] = ['10.0.4.77', '2600:1f18:1:4::77'];
  await addNamespace(name);
  await fabric.addEni(name, 'eth0', [address, ipv6Address]);
  await ip(name, [
    `address add ${address}/24 dev eth0`,
    `address add ${ipv6Address}/64 dev eth0`,
    `route add default via ${subnets.multus.router}`,
    `route add default via ${ipv6Router} dev eth0`,
  ]);
  return { name, address, ipv6Address, ...inhabit(name) };
}
