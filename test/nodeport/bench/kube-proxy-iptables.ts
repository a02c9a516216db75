import { endpointOf, idOf, type Service } from './kube-proxy.ts';

/** What kube-proxy gives iptables-restore for these services, as far as NodePorts go. */
export function iptablesRules(version: 4 | 6, services: readonly Service[]): string {
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
