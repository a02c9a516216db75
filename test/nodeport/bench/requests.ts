import type { Test } from 'tap';
import type { Answer } from './inhabitants.ts';
import type { Service } from './kube-proxy.ts';
import { type BenchWorld, processPort } from './world.ts';

/** One request of a client at a NodePort address. */
export interface Request {
  title: string;
  expected: Answer;
  send(timeoutMs: number): Promise<Answer>;
}

/** A request for every placement by every client at every address; with `bytes`, HTTP alone and so many of them. */
export function requests(
  { nodes: [first], clients, services }: BenchWorld,
  addresses: readonly string[],
  bytes?: number,
): Request[] {
  const served = services
    .filter(({ policy, endpoint }) => policy === 'Cluster' || endpoint.node === first.name)
    .filter(({ protocol }) => bytes === undefined || protocol === 'tcp');
  return clients.flatMap((client) =>
    addresses.flatMap((address) => {
      const isIpv6 = address.includes(':');
      const source = isIpv6 ? client.ipv6Address : client.address;
      const tcp = { kind: 'get', address, ...(bytes === undefined ? {} : { bytes }) } as const;
      const title = `from ${client.name} to ${address}`;
      return [
        ...served.map((service): Request => {
          const { protocol, nodePort, policy, endpoint } = service;
          // What goes on to a pod is masqueraded, by the node's own address: the pod, a policy of its network, knows it.
          const isMasqueraded = policy === 'Cluster' && endpoint.name !== first.name;
          const seen = isMasqueraded ? (isIpv6 ? first.ipv6Address : first.address) : source;
          const expected = { at: endpoint.name, sees: asSeen(seen, service) };
          return protocol === 'udp'
            ? {
                title: `UDP, ${policy}, ${nodePort}: ${endpoint.name} ${title}`,
                expected: { ...expected, from: address },
                send: (timeoutMs) => client.do({ kind: 'ask', address, port: nodePort, timeoutMs }),
              }
            : {
                title: `${policy}, ${nodePort}: ${endpoint.name} ${title}`,
                expected: bytes === undefined ? expected : { bytes },
                send: (timeoutMs) => client.do({ ...tcp, port: nodePort, timeoutMs }),
              };
        }),
        {
          title: `a process of ${first.name} ${title}`,
          expected:
            bytes === undefined ? { at: first.name, sees: asSeen(source, { protocol: 'tcp' }) } : { bytes },
          send: (timeoutMs) => client.do({ ...tcp, port: processPort, timeoutMs }),
        },
      ];
    }),
  );
}

/** A request for every placement by a process of each node, the holder's and the other's, at every address. */
export function requestsOfNodes(
  { nodes, processes, services }: BenchWorld,
  addresses: readonly string[],
): Request[] {
  return nodes.flatMap(({ name }, index) =>
    addresses.flatMap((address) =>
      services
        .filter(({ policy }) => policy === 'Cluster')
        .map(({ protocol, nodePort: port, endpoint }): Request => {
          const order = protocol === 'udp' ? ({ kind: 'ask' } as const) : ({ kind: 'get' } as const);
          return {
            title: `${protocol}, ${port}: ${endpoint.name} from ${name} itself to ${address}`,
            expected: { at: endpoint.name, ...(protocol === 'udp' && { from: address }) },
            send: async (timeoutMs) =>
              (await processes[index]?.do({ ...order, address, port, timeoutMs })) ?? {},
          };
        }),
    ),
  );
}

/** Asserts that all are answered, and that no packet left by another link or with another address than it should. */
export async function allAnswer(t: Test, world: BenchWorld, each: readonly Request[]): Promise<void> {
  const before = await world.fabric.dropped();
  const answers = await Promise.all(each.map(({ send }) => send(10_000)));
  for (const [index, { title, expected }] of each.entries()) {
    t.match(answers[index], expected, title);
  }
  t.equal(await world.fabric.dropped(), before, 'the source/dest check drops nothing');
}

/** Asserts that none is. */
export async function noneAnswers(t: Test, each: readonly Request[]): Promise<void> {
  const answers = await Promise.all(each.map(({ send }) => send(1000)));
  for (const [index, { title }] of each.entries()) {
    t.ok(answers[index]?.error, `no answer: ${title}`);
  }
}

/** A dual-stack server sees IPv4 clients so. */
function asSeen(address: string, { protocol }: Pick<Service, 'protocol'>): string {
  return protocol === 'tcp' && !address.includes(':') ? `::ffff:${address}` : address;
}
