import type { LinkChange } from '../../../agent/host/port.ts';
import type { NodePortLink } from '../../../agent/nodeport/setup.ts';
import { addNeighbour, addOutsideClient, type BenchClient } from './client.ts';
import { type BenchEni, createFabric, type Fabric } from './fabric.ts';
import { type Inhabitant, inhabit } from './inhabitants.ts';
import { installKubeProxy, type Mode, removeKubeProxy, type Service } from './kube-proxy.ts';
import { run } from './namespaces.ts';
import { addNode, type BenchNode, subnets } from './node.ts';
import { addPod } from './pod.ts';

/** The NodePort addresses of eth1, and of eth2. */
export const floating = {
  eth1: ['10.0.4.201', '2600:1f18:1:4::201'],
  eth2: ['10.0.5.201', '2600:1f18:1:5::201'],
} as const;

/** The port of the process on the first node that no kube-proxy knows. */
export const processPort = 31_000;

/** Two nodes with pods, of which the first holds the addresses, and two clients; everything serves. */
export interface BenchWorld {
  fabric: Fabric;
  nodes: readonly [BenchNode, BenchNode];
  clients: readonly BenchClient[];
  /** One on each node, in its order. */
  processes: readonly [Inhabitant, Inhabitant];
  services: readonly Service[];
  startKubeProxy(mode: Mode): Promise<void>;
  stopKubeProxy(mode: Mode): Promise<void>;
  stop(): void;
}

export async function createWorld(): Promise<BenchWorld> {
  const fabric = await createFabric(Object.values(subnets).map(({ router }) => router));
  const nodes: [BenchNode, BenchNode] = [await addNode(fabric, 1), await addNode(fabric, 2)];
  const [first, second] = nodes;
  const local = await addPod(fabric, first, 1);
  const onSecondEni = await addPod(fabric, first, 2, 'pods');
  const remote = await addPod(fabric, second, 1);
  for (const link of ['eth1', 'eth2'] as const) {
    for (const address of floating[link]) {
      await fabric.assign(first[link], address);
    }
  }
  const clients = [await addOutsideClient(fabric), await addNeighbour(fabric)];
  const places = [
    { place: local, node: first },
    { place: onSecondEni, node: first },
    { place: remote, node: second },
    { place: first, node: first },
    { place: second, node: second },
  ];
  const services = places.flatMap(({ place, node }, index): Service[] => {
    const endpoint = { ...place, node: node.name, port: 8080 };
    return [
      { protocol: 'tcp', nodePort: 30_080 + index, policy: 'Cluster', endpoint },
      { protocol: 'udp', nodePort: 30_080 + index, policy: 'Cluster', endpoint },
      { protocol: 'tcp', nodePort: 30_180 + index, policy: 'Local', endpoint },
      { protocol: 'udp', nodePort: 30_180 + index, policy: 'Local', endpoint },
    ];
  });
  const servers = await Promise.all(places.map(({ place }) => serve(place.name)));
  const processes: [Inhabitant, Inhabitant] = [inhabit(first.name), inhabit(second.name)];
  await processes[0].do({ kind: 'serve', port: processPort, address: '::' });
  const onNodes = async (action: (node: BenchNode) => Promise<void>) => {
    await Promise.all(nodes.map(action));
  };
  return {
    fabric,
    nodes,
    clients,
    processes,
    services,
    startKubeProxy: (mode) =>
      onNodes((node) =>
        installKubeProxy(
          mode,
          node.name,
          [node.address, node.ipv6Address, ...floating.eth1, ...floating.eth2],
          services,
        ),
      ),
    stopKubeProxy: (mode) => onNodes((node) => removeKubeProxy(mode, node.name)),
    stop() {
      for (const inhabitant of [...servers, ...clients, ...processes]) {
        inhabitant.stop();
      }
    },
  };
}

async function serve(namespace: string): Promise<Inhabitant> {
  const inhabitant = inhabit(namespace);
  await inhabitant.do({ kind: 'serve', port: 8080, address: '::' });
  for (const address of ['0.0.0.0', '::']) {
    await inhabitant.do({ kind: 'serveUdp', port: 8080, address });
  }
  return inhabitant;
}

/** A link of a node with NodePort addresses, as `run` tells of it. */
export function nodePortLink(eni: BenchEni, addresses: readonly string[]): NodePortLink {
  const { cidrs } = eni.name === 'eth2' ? subnets.multus2 : subnets.multus;
  return {
    name: eni.name,
    mac: eni.mac,
    eniId: `eni-${eni.port}`,
    subnetId: `subnet-${eni.name}`,
    cidrs,
    isPrimary: false,
    addresses: addresses.map((address) => ({ address, mode: 'Floating' })),
  };
}

const program = new URL('configure.ts', import.meta.url).pathname;

/** What the agent does on a node with these links. */
export async function configure(
  { name }: BenchNode,
  links: readonly NodePortLink[],
): Promise<{ changes: LinkChange[]; ms: number }> {
  return JSON.parse(await run(name, [process.execPath, program, `/run/${name}`, JSON.stringify(links)]));
}
