import type { Eni, Subnet } from '../claim/facts.ts';
import { cidrsOf, reserved, versionOf } from '../claim/free.ts';
import { parseAddress, parseRange, type Range } from '../claim/range.ts';
import type { InterfaceConfig, NodePortConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import type { NodePortAddress } from '../nodeport/setup.ts';

/** What entries of `nodePort` come to in one subnet. */
export interface Wanted {
  floating: readonly NodePortAddress[];
  /** Of each list, of one IP version, this node is to have one address. */
  perNode: readonly (readonly string[])[];
}

/** Whether an ENI in the subnet could carry any address of the entries, or there are none. */
export function carries(entries: readonly NodePortConfig[] | undefined, subnet: Subnet): boolean {
  return entries === undefined || entries.length === 0 || addressesIn(entries, subnet).length > 0;
}

/** The addresses of the entries that are inside the subnet. */
export function addressesIn(entries: readonly NodePortConfig[], subnet: Subnet): string[] {
  return entries.flatMap(({ addresses }) => addresses).filter((address) => isInside(address, subnet));
}

/** What this node is to have of the entries on an ENI in the subnet. */
export function wantedIn(entries: readonly NodePortConfig[], subnet: Subnet): Wanted {
  const inside = entries.map((entry) => ({
    ...entry,
    addresses: entry.addresses.filter((address) => isInside(address, subnet)),
  }));
  return {
    floating: inside
      .filter(({ mode }) => mode === 'Floating')
      .flatMap(({ addresses, mode, probePort }) =>
        addresses.map((address) => ({ address, mode, ...(probePort !== undefined && { probePort }) })),
      ),
    perNode: inside
      .filter(({ mode }) => mode === 'PerNode')
      .flatMap(({ addresses }) => [...Map.groupBy(addresses, versionOf).values()]),
  };
}

/** The addresses that move from node to node, and that an ENI in the subnet may be given. */
export function floatingIn(entries: readonly NodePortConfig[], subnet: Subnet): string[] {
  return wantedIn(entries, subnet).floating.map(({ address }) => address);
}

/**
 * The first IPv6 address of the interface's ENI that is no NodePort address: EC2 keeps no order among them.
 */
export function ownIpv6({ ipv6Addresses }: Eni, { nodePort = [] }: InterfaceConfig): string | undefined {
  return ipv6Addresses.find((each) => !nodePort.some(({ addresses }) => addresses.includes(each)));
}

/** That no address of the entries is inside the subnet, as a reason. */
export function noneInside(entries: readonly NodePortConfig[], { id, cidr, ipv6Cidrs }: Subnet): string {
  const cidrs = [...(cidr === undefined ? [] : [cidr]), ...ipv6Cidrs];
  const addresses = entries.flatMap((each) => each.addresses);
  return `no address of spec.nodePort (${addresses.join(', ')}) is inside ${id} (${cidrs.join(', ')})`;
}

/** Of a tag's value. */
const longestTag = 256;

/** Throws a `Failure` (3) for more floating addresses than a tag can name: by it the nodes know of each other. */
export function checkCount(name: string, entries: readonly NodePortConfig[], subnet: Subnet): void {
  const floating = floatingIn(entries, subnet);
  if (floating.join(' ').length > longestTag) {
    throw new Failure(
      ExitCode.configuration,
      `${name}: ${floating.length} floating addresses are too many in ${subnet.id}: their nodes know of each other by a tag ` +
        `that names them all, of at most ${longestTag} characters. Put some on another interface`,
    );
  }
}

/** Throws a `Failure` (3) for an address that EC2 keeps for itself. */
export function checkAddresses(name: string, entries: readonly NodePortConfig[], subnet: Subnet): void {
  for (const address of addressesIn(entries, subnet)) {
    const cidr = cidrsOf(subnet, versionOf(address)).find((each) =>
      reserved(parseRange(each)).some((range) => contains(range, address)),
    );
    if (cidr !== undefined) {
      throw new Failure(
        ExitCode.configuration,
        `${name}: EC2 keeps the NodePort address ${address} of ${subnet.id} for itself, as the first four addresses of ` +
          `${cidr} and the last: choose another for spec.nodePort`,
      );
    }
  }
}

function isInside(address: string, subnet: Subnet): boolean {
  return cidrsOf(subnet, versionOf(address)).some((cidr) => contains(parseRange(cidr), address));
}

function contains({ first, last }: Range, text: string): boolean {
  const address = parseAddress(text);
  return first <= address && address <= last;
}
