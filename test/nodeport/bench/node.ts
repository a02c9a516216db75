import type { BenchEni, Fabric } from './fabric.ts';
import { ipv6Router } from './fabric.ts';
import { addNamespace, ip, setSysctls } from './namespaces.ts';
import { installCni } from './vpc-cni.ts';

/** The CIDRs of the bench: the VPC's, and those of the subnets. */
export const subnets = {
  primary: { cidrs: ['10.0.1.0/24', '2600:1f18:1:1::/64'], router: '10.0.1.1' },
  /** Of the VPC CNI's further ENIs. */
  pods: { cidrs: ['10.0.2.0/24'], router: '10.0.2.1' },
  multus: { cidrs: ['10.0.4.0/24', '2600:1f18:1:4::/64'], router: '10.0.4.1' },
  multus2: { cidrs: ['10.0.5.0/24', '2600:1f18:1:5::/64'], router: '10.0.5.1' },
} as const;

/** A worker: a namespace with the links, rules and settings that it has when kubelet runs. */
export interface BenchNode {
  name: string;
  /** Its own, on the primary link. */
  address: string;
  ipv6Address: string;
  primary: BenchEni;
  /** The VPC CNI's second ENI, for pods. */
  pods: BenchEni;
  eth1: BenchEni;
  eth2: BenchEni;
}

/** @param number of the node, from 1: it is in its name and addresses */
export async function addNode(fabric: Fabric, number: number): Promise<BenchNode> {
  const name = `node${number}`;
  const host = 10 + number;
  const address = `10.0.1.${host}`;
  const ipv6Address = `2600:1f18:1:1::${host}`;
  await addNamespace(name);
  await setSysctls(name, {
    'ipv4/ip_forward': 1,
    'ipv6/conf/all/forwarding': 1,
    // systemd's default for all links of AL2023, and what the VPC CNI and the agent set on theirs.
    'ipv4/conf/default/rp_filter': 2,
  });
  const primary = await fabric.addEni(name, 'ens5', [address, ipv6Address]);
  const pods = await fabric.addEni(name, 'ens6', [`10.0.2.${host}`]);
  const [eth1, eth2] = await multusLinks(fabric, name, host);
  await ip(name, [
    `address add ${address}/24 dev ens5`,
    `address add ${ipv6Address}/128 dev ens5`,
    `route add default via ${subnets.primary.router} dev ens5`,
    `route add default via ${ipv6Router} dev ens5`,
    `address add 10.0.2.${host}/32 dev ens6`,
    // What the VPC CNI makes of its second ENI.
    `route add ${subnets.pods.router} dev ens6 scope link table 2`,
    `route add default via ${subnets.pods.router} dev ens6 table 2`,
  ]);
  await installCni(name, address);
  return { name, address, ipv6Address, primary, pods, eth1, eth2 };
}

/** As a run of the agent leaves them: up, without addresses. */
async function multusLinks(fabric: Fabric, name: string, host: number): Promise<[BenchEni, BenchEni]> {
  await setSysctls(name, { 'ipv6/conf/default/addr_gen_mode': 1 });
  const links: [BenchEni, BenchEni] = [
    await fabric.addEni(name, 'eth1', [`10.0.4.${host}`]),
    await fabric.addEni(name, 'eth2', [`10.0.5.${host}`]),
  ];
  await setSysctls(name, { 'ipv6/conf/default/addr_gen_mode': 0 });
  return links;
}
