import type { Vm } from './vm.ts';

/** A NodePort service with one endpoint. */
export interface Service {
  nodePort: number;
  /** externalTrafficPolicy: with Cluster, the pod sees an address of the node as its client's. */
  policy: 'Cluster' | 'Local';
  endpoint: { name: string; address: string };
}

/** Where pods listen. */
const port = 8080;

/** A pod of this node, wired as the VPC CNI does it. */
export async function addPod(vm: Vm, { name, address }: Service['endpoint']): Promise<void> {
  const host = `eni${name}`;
  await inPod(
    vm,
    name,
    host,
    `
    ip -n ${name} address add ${address}/32 dev eth0
    ip -n ${name} neighbour add 169.254.1.1 lladdr "$(cat /sys/class/net/${host}/address)" dev eth0 nud permanent
    ip -n ${name} route add 169.254.1.1 dev eth0
    ip -n ${name} route add default via 169.254.1.1 dev eth0
    ip route add ${address} dev ${host}`,
  );
}

/** What this node sees of a pod of another: a network behind a link of the node's, with an address of the node's on it. */
export async function addRemotePod(vm: Vm, { name, address }: Service['endpoint']): Promise<void> {
  const router = address.replace(/\d+$/, '1');
  await inPod(
    vm,
    name,
    `far${name}`,
    `
    ip -n ${name} address add ${address}/24 dev eth0
    ip -n ${name} route add default via ${router}
    ip address add ${router}/24 dev far${name}`,
  );
}

/** A namespace with a link to it, and a web server there that tells whom it takes for its client. */
async function inPod(vm: Vm, name: string, link: string, addresses: string): Promise<void> {
  const server = `require("http").createServer((request, response) => response.end("${name} " + request.socket.remoteAddress)).listen(${port}, "0.0.0.0")`;
  await shell(
    vm,
    `
    ip netns add ${name}
    ip link add ${link} type veth peer name eth0 netns ${name}
    ip link set ${link} up
    ip -n ${name} link set lo up
    ip -n ${name} link set eth0 up
    ${addresses}
    systemd-run --quiet --unit=${name} --property=NetworkNamespacePath=/run/netns/${name} \
      /usr/libexec/multus-bootstrap/node -e '${server}'
    until ip netns exec ${name} ss --no-header --numeric --listening --tcp | grep -q ':${port} '; do sleep 0.3; done`,
  );
}

/** Sets up what kube-proxy in IPVS mode has for these services at a node address, once there are their pods. */
export async function serveByIpvs(vm: Vm, address: string, services: readonly Service[]): Promise<void> {
  const masqueraded = services.filter(({ policy }) => policy === 'Cluster');
  await shell(
    vm,
    `
    modprobe ip_vs
    modprobe ip_vs_rr
    sysctl --quiet --write net.ipv4.ip_forward=1 net.ipv4.vs.conntrack=1
    ${services
      .map(
        ({ nodePort, endpoint }) =>
          `ipvsadm --add-service --tcp-service ${address}:${nodePort} --scheduler rr
    ipvsadm --add-server --tcp-service ${address}:${nodePort} --real-server ${endpoint.address}:${port} --masquerading`,
      )
      .join('\n    ')}
    iptables --table nat --new-chain KUBE-POSTROUTING
    iptables --table nat --append POSTROUTING --jump KUBE-POSTROUTING
    iptables --table nat --append KUBE-POSTROUTING --match mark ! --mark 0x4000/0x4000 --jump RETURN
    iptables --table nat --append KUBE-POSTROUTING --jump MARK --xor-mark 0x4000
    iptables --table nat --append KUBE-POSTROUTING --jump MASQUERADE --random-fully
    ${['PREROUTING', 'OUTPUT']
      .flatMap((chain) =>
        masqueraded.map(
          ({ nodePort }) =>
            `iptables --table nat --append ${chain} --protocol tcp --dport ${nodePort} --match addrtype --dst-type LOCAL --jump MARK --or-mark 0x4000`,
        ),
      )
      .join('\n    ')}`,
  );
}

async function shell(vm: Vm, script: string): Promise<void> {
  await vm.output(['bash', '-euc', script]);
}
