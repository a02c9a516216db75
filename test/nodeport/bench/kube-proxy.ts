import { iptablesRules } from './kube-proxy-iptables.ts';
import { nftablesRules } from './kube-proxy-nftables.ts';
import { run } from './namespaces.ts';

/** A NodePort service with one endpoint, in both IP versions. */
export interface Service {
  protocol: 'tcp' | 'udp';
  nodePort: number;
  /** externalTrafficPolicy. */
  policy: 'Cluster' | 'Local';
  /** With this port, on every node; for Local: on the node where it is. */
  endpoint: { name: string; address: string; ipv6Address: string; port: number; node: string };
}

export type Mode = 'iptables' | 'nftables';

/** Installs what kube-proxy has installed on a node in this mode. */
export async function installKubeProxy(
  mode: Mode,
  node: string,
  nodePortAddresses: readonly string[],
  services: readonly Service[],
): Promise<void> {
  const here = services.filter(({ policy, endpoint }) => policy === 'Cluster' || endpoint.node === node);
  for (const version of [4, 6] as const) {
    if (mode === 'iptables') {
      await run(node, [program(version, 'restore'), '--noflush'], iptablesRules(version, here));
    } else {
      const own = nodePortAddresses.filter((address) => address.includes(':') === (version === 6));
      await run(node, ['nft', '-f', '-'], nftablesRules(version, own, here));
    }
  }
}

/** Takes them away, as `kube-proxy --cleanup` does. */
export async function removeKubeProxy(mode: Mode, node: string): Promise<void> {
  for (const version of [4, 6] as const) {
    if (mode === 'iptables') {
      const script = `${program(version, 'save')} | grep -v KUBE- | ${program(version, 'restore')}`;
      await run(node, ['sh', '-ec', script]);
    } else {
      await run(node, ['nft', 'delete', 'table', version === 4 ? 'ip' : 'ip6', 'kube-proxy']);
    }
  }
}

function program(version: 4 | 6, verb: string): string {
  return `${version === 4 ? 'iptables' : 'ip6tables'}-${verb}`;
}

/** In the names of chains. */
export function idOf({ protocol, nodePort }: Service): string {
  return `${protocol.toUpperCase()}${nodePort}`;
}

/** Its address, and where to. */
export function endpointOf(version: 4 | 6, { endpoint }: Service): { address: string; target: string } {
  return version === 4
    ? { address: endpoint.address, target: `${endpoint.address}:${endpoint.port}` }
    : { address: endpoint.ipv6Address, target: `[${endpoint.ipv6Address}]:${endpoint.port}` };
}
