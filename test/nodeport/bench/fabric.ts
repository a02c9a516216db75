import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { ip, run, setSysctls } from './namespaces.ts';
import { countDropped, element, sourceDestCheck } from './source-dest-check.ts';

/** An ENI: the link of a machine whose other end is in the fabric. */
export interface BenchEni {
  /** Of the end in the fabric. */
  port: string;
  namespace: string;
  /** As its machine calls it. */
  name: string;
  mac: string;
}

/**
 * The VPC, in the namespace of the test file: the next hop of every ENI, which answers ARP and neighbour discovery for
 * every address that an ENI holds, sends each to its holder, whom it does not ask for it, and lets no ENI send from an
 * address, or be sent to at one, that is not its own: EC2's source/dest check.
 */
export interface Fabric {
  addEni(namespace: string, name: string, addresses: readonly string[]): Promise<BenchEni>;
  assign(eni: BenchEni, address: string): Promise<void>;
  unassign(eni: BenchEni, address: string): Promise<void>;
  /** Cuts the link, as a dead machine or port does; or mends it. */
  setCarrier(eni: BenchEni, isThere: boolean): Promise<void>;
  /** A network beyond the VPC; `address` is the fabric's own in it, with its prefix length. */
  addOutside(namespace: string, name: string, addresses: readonly string[]): Promise<void>;
  /** How many packets the source/dest check has dropped. */
  dropped(): Promise<number>;
}

/** Next hops in the VPC: the routers of IPv4 subnets, and of IPv6 on every link. */
export const ipv6Router = 'fe80:ec2::1';

/** @param routers of the IPv4 subnets */
export async function createFabric(routers: readonly string[]): Promise<Fabric> {
  await setSysctls(undefined, {
    'ipv4/ip_forward': 1,
    'ipv6/conf/all/forwarding': 1,
    'ipv6/conf/default/accept_dad': 0,
  });
  await ip(
    undefined,
    routers.map((router) => `address add ${router}/32 dev lo`),
  );
  await run(undefined, ['nft', '-f', '-'], sourceDestCheck);
  const enis: BenchEni[] = [];
  const holders = new Map<string, BenchEni>();

  async function plug(port: string, namespace: string, name: string, mac: string): Promise<void> {
    const peer = `type veth peer name ${name} address ${mac} netns ${namespace}`;
    await ip(undefined, [`link add ${port} ${peer}`]);
    await setSysctls(undefined, {
      [`ipv4/conf/${port}/proxy_arp`]: 1,
      [`ipv6/conf/${port}/proxy_ndp`]: 1,
      // The answers of a proxy are put off by up to 0.8 s otherwise.
      [`ipv4/neigh/${port}/proxy_delay`]: 0,
      [`ipv6/neigh/${port}/proxy_delay`]: 0,
    });
    await ip(namespace, [`link set ${name} up`]);
    await bringUp(port);
  }

  return {
    async addEni(namespace, name, addresses) {
      const number = enis.length + 1;
      const mac = `02:00:00:00:01:${number.toString(16).padStart(2, '0')}`;
      const eni = { port: `port${number}`, namespace, name, mac };
      enis.push(eni);
      await plug(eni.port, namespace, name, mac);
      await run(undefined, ['nft', 'add', 'element', 'inet', 'fabric', 'enis', `{ "${eni.port}" }`]);
      const known = [...holders.keys()].filter(isIpv6).map((address) => proxy('replace', eni, address));
      await ip(undefined, known);
      await assign(eni, addresses);
      return eni;
    },
    assign: (eni, address) => assign(eni, [address]),
    async unassign(eni, address) {
      holders.delete(address);
      await run(undefined, ['nft', '-f', '-'], element('delete', eni, address));
      await ip(undefined, [
        `route del ${address} dev ${eni.port}`,
        `neigh del ${address} dev ${eni.port}`,
        ...proxies('del', eni, address),
      ]);
    },
    async setCarrier(eni, isThere) {
      if (!isThere) {
        await ip(undefined, [`link set ${eni.port} down`]);
        return;
      }
      await bringUp(eni.port);
      const held = [...holders].filter(([, holder]) => holder === eni).map(([address]) => address);
      await assign(eni, held);
    },
    async addOutside(namespace, name, addresses) {
      await plug(name, namespace, 'eth0', '02:00:00:00:02:01');
      await ip(
        undefined,
        addresses.map((address) => `address add ${address} dev ${name}`),
      );
    },
    dropped: countDropped,
  };

  async function bringUp(port: string): Promise<void> {
    await ip(undefined, [`address replace ${ipv6Router}/64 dev ${port} nodad`, `link set ${port} up`]);
    // The kernel tells of a carrier when it comes to it.
    for (let tries = 0; (await readFile(`/sys/class/net/${port}/operstate`, 'utf8')) !== 'up\n'; tries++) {
      if (tries === 5000) {
        throw new Error(`${port} has no carrier`);
      }
      await setTimeout(1);
    }
  }

  async function assign(eni: BenchEni, addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      holders.set(address, eni);
    }
    await ip(
      undefined,
      addresses.flatMap((address) => [
        `route replace ${address} dev ${eni.port}`,
        `neigh replace ${address} lladdr ${eni.mac} nud permanent dev ${eni.port}`,
        ...proxies('replace', eni, address),
      ]),
    );
    await run(
      undefined,
      ['nft', '-f', '-'],
      addresses.map((address) => element('add', eni, address)).join(''),
    );
  }

  /** IPv6 knows no proxy for all addresses. */
  function proxies(verb: string, holder: BenchEni, address: string): string[] {
    return isIpv6(address)
      ? enis.filter((eni) => eni !== holder).map((eni) => proxy(verb, eni, address))
      : [];
  }
}

function proxy(verb: string, { port }: BenchEni, address: string): string {
  return `neigh ${verb} proxy ${address} dev ${port}`;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}
