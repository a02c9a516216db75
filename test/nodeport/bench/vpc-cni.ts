import { ip, run } from './namespaces.ts';

const vpc = '10.0.0.0/16';

/** The host rules of the VPC CNI (aws-node) as it installs them by default, with node-port support. */
export async function installCni(node: string, address: string): Promise<void> {
  await ip(node, ['rule add priority 1024 fwmark 0x80/0x80 table main'], 4);
  await ip(node, ['rule add priority 1024 fwmark 0x80/0x80 table main'], 6);
  await installCniMarks(node, address);
}

/** Its iptables rules, which it has for IPv4 alone. */
export async function installCniMarks(node: string, address: string): Promise<void> {
  const primary = '-m comment --comment "AWS, primary ENI"';
  const restore = '-j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80';
  await run(
    node,
    ['iptables-restore', '--noflush'],
    `*mangle
-A PREROUTING -i ens5 ${primary} -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80
-A PREROUTING -i eni+ ${primary} ${restore}
-A PREROUTING -i vlan+ ${primary} ${restore}
COMMIT
*nat
:AWS-CONNMARK-CHAIN-0 - [0:0]
:AWS-SNAT-CHAIN-0 - [0:0]
-A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0
-A PREROUTING -m comment --comment "AWS, CONNMARK" ${restore}
-A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
-A AWS-CONNMARK-CHAIN-0 -d ${vpc} -j RETURN
-A AWS-CONNMARK-CHAIN-0 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80
-A AWS-SNAT-CHAIN-0 -d ${vpc} -j RETURN
-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source ${address} --random-fully
COMMIT
`,
  );
}

/** As the VPC CNI's init container, started anew, never does: its rules are gone for a moment. */
export async function removeCniMarks(node: string): Promise<void> {
  await run(node, ['sh', '-ec', 'iptables-save | grep -v AWS | iptables-restore']);
}
