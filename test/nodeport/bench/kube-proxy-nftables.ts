import { endpointOf, idOf, type Service } from './kube-proxy.ts';

/** What kube-proxy gives nft for these services, as far as NodePorts go; it is told at which addresses they are. */
export function nftablesRules(
  version: 4 | 6,
  nodePortIps: readonly string[],
  services: readonly Service[],
): string {
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
