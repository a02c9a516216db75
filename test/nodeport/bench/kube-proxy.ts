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

function iptablesRules(version: 4 | 6, services: readonly Service[]): string {
  const each = services.map((service) => {
    const { protocol, nodePort, policy } = service;
    const id = idOf(service);
    const { address, target } = endpointOf(version, service);
    const external =
      policy === 'Cluster'
        ? [`-A KUBE-EXT-${id} -j KUBE-MARK-MASQ`, `-A KUBE-EXT-${id} -j KUBE-SVC-${id}`]
        : [
            `-A KUBE-EXT-${id} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
            `-A KUBE-EXT-${id} -m addrtype --src-type LOCAL -j KUBE-SVC-${id}`,
            `-A KUBE-EXT-${id} -j KUBE-SVL-${id}`,
          ];
    return {
      chains: ['EXT', 'SVC', 'SVL', 'SEP'].map((kind) => `:KUBE-${kind}-${id} - [0:0]`),
      rules: [
        `-A KUBE-NODEPORTS -p ${protocol} -m ${protocol} --dport ${nodePort} -j KUBE-EXT-${id}`,
        ...external,
        `-A KUBE-SVC-${id} -j KUBE-SEP-${id}`,
        `-A KUBE-SVL-${id} -j KUBE-SEP-${id}`,
        `-A KUBE-SEP-${id} -s ${address} -j KUBE-MARK-MASQ`,
        `-A KUBE-SEP-${id} -p ${protocol} -m ${protocol} -j DNAT --to-destination ${target}`,
      ],
    };
  });
  return `*filter
:KUBE-FORWARD - [0:0]
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
${each.flatMap(({ chains }) => chains).join('\n')}
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
${each.flatMap(({ rules }) => rules).join('\n')}
COMMIT
`;
}

function nftablesRules(version: 4 | 6, nodePortIps: readonly string[], services: readonly Service[]): string {
  const family = version === 4 ? 'ip' : 'ip6';
  const chains = services.map((service) => {
    const id = idOf(service);
    const { address, target } = endpointOf(version, service);
    const external =
      service.policy === 'Cluster'
        ? 'jump mark-for-masquerade'
        : `fib saddr type local jump mark-for-masquerade\n    fib saddr type local goto service-${id}`;
    return `
  chain external-${id} {
    ${external}
    goto service-${id}
  }
  chain service-${id} {
    numgen random mod 1 vmap { 0 : goto endpoint-${id} }
  }
  chain endpoint-${id} {
    ${family} saddr ${address} jump mark-for-masquerade
    meta l4proto ${service.protocol} dnat to ${target}
  }`;
  });
  const ports = services.map(
    (service) => `${service.protocol} . ${service.nodePort} : goto external-${idOf(service)}`,
  );
  return `
table ${family} kube-proxy {
  set nodeport-ips {
    type ${version === 4 ? 'ipv4_addr' : 'ipv6_addr'}
    elements = { ${nodePortIps.join(', ')} }
  }
  chain mark-for-masquerade {
    meta mark set meta mark or 0x4000
  }
  chain masquerading {
    meta mark and 0x4000 == 0 return
    meta mark set meta mark xor 0x4000
    masquerade fully-random
  }
${chains.join('\n')}
  map service-nodeports {
    type inet_proto . inet_service : verdict
    elements = { ${ports.join(', ')} }
  }
  chain services {
    ${family} daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain nat-prerouting {
    type nat hook prerouting priority -100
    jump services
  }
  chain nat-output {
    type nat hook output priority -100
    jump services
  }
  chain nat-postrouting {
    type nat hook postrouting priority 100
    jump masquerading
  }
}
`;
}

function idOf({ protocol, nodePort }: Service): string {
  return `${protocol.toUpperCase()}${nodePort}`;
}

function endpointOf(version: 4 | 6, { endpoint }: Service): { address: string; target: string } {
  return version === 4
    ? { address: endpoint.address, target: `${endpoint.address}:${endpoint.port}` }
    : { address: endpoint.ipv6Address, target: `[${endpoint.ipv6Address}]:${endpoint.port}` };
}
