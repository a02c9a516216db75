import { addressesPerQuery } from '../claim/candidates.ts';
import type { Eni } from '../claim/facts.ts';
import { isIpv6, parseAddress, parseRange } from '../claim/range.ts';
import { tagKeys } from './tags.ts';

/** The ENI that holds the address, of those that are known: by itself, or inside a prefix that is delegated to it. */
export function holderOf(address: string, enis: readonly Eni[]): Eni | undefined {
  return (
    enis.find((eni) => hasAddress(eni, address)) ?? enis.find((eni) => prefixWith(address, eni) !== undefined)
  );
}

function hasAddress({ addresses, ipv6Addresses }: Eni, address: string): boolean {
  return addresses.includes(address) || ipv6Addresses.includes(address);
}

/** The prefix that is delegated to the ENI and has the address inside: then it can be assigned to nobody. */
function prefixWith(address: string, { prefixes }: Eni): string | undefined {
  return prefixes.find((prefix) => isIpv6(prefix) === isIpv6(address) && isInside(address, prefix));
}

function isInside(address: string, prefix: string): boolean {
  const { first, last } = parseRange(prefix);
  const value = parseAddress(address);
  return first <= value && value <= last;
}

/** Whether the ENI has the address as one that can be moved. */
export function hasSecondary({ addresses, ipv6Addresses }: Eni, address: string): boolean {
  return addresses.indexOf(address) > 0 || ipv6Addresses.includes(address);
}

/** The instance that an ENI is attached to, or was made for. */
export function nodeOf({ attachment, tags }: Eni): string | undefined {
  return attachment?.instanceId ?? tags[tagKeys.instanceId];
}

/** An ENI and its instance, for messages. */
export function described(eni: Eni): string {
  const node = nodeOf(eni);
  return node === undefined ? eni.id : `${eni.id} of ${node}`;
}

/** Who has the address, for messages; what may be behind it where EC2 refuses it and shows nobody. */
export function heldBy(address: string, enis: readonly Eni[]): string {
  const holder = holderOf(address, enis);
  if (holder === undefined) {
    return (
      'EC2 refused it, and shows no holder: perhaps it is in a prefix delegated to an ENI, or of another account, in a ' +
      'shared VPC'
    );
  }
  const prefix = hasAddress(holder, address) ? undefined : prefixWith(address, holder);
  return prefix === undefined
    ? `held by ${described(holder)}`
    : `inside ${prefix}, which is delegated to ${described(holder)}`;
}

/** What keeps EC2 from giving addresses away. */
export const reserveThem =
  'Choose another address for spec.nodePort. A CIDR reservation, of type explicit, over the addresses of spec.nodePort ' +
  'keeps EC2 from giving one away';

/** What is known of a `PerNode` list while an address is claimed of it. */
export interface Search {
  /** ENIs that hold any of it. */
  holders: readonly Eni[];
  /** Those that EC2 has refused. */
  tried: ReadonlySet<string>;
  /** Nodes launched before this one: each is to have an address of the list. */
  ahead: readonly string[];
  /** How often EC2 has said "taken". */
  collisions: number;
}

/**
 * The address of a list to try next: the first that nobody holds, or, where nodes are ahead that have none of it yet, the
 * first that they leave. After a collision the window from which to choose doubles each time, as in `choose`.
 *
 * @param random in [0, 1)
 */
export function nextOf(
  list: readonly string[],
  { holders, tried, ahead, collisions }: Search,
  random: () => number,
): string | undefined {
  const free = list.filter((address) => !tried.has(address) && holderOf(address, holders) === undefined);
  const served = new Set(
    holders.filter((eni) => list.some((address) => holderOf(address, [eni]))).map(nodeOf),
  );
  const before = ahead.filter((instanceId) => !served.has(instanceId)).length;
  const window = free.slice(0, before + Math.min(2 ** collisions, addressesPerQuery));
  // As many want one as there are, or more: some of them will go without, and it need not be this node.
  const open = window.length > before ? window.slice(before) : window;
  return open[Math.floor(random() * open.length)];
}

/** Whether the ENI has the address by a prefix alone: no watcher ever takes that over. */
export function hasByPrefix(eni: Eni, address: string): boolean {
  return !hasAddress(eni, address) && prefixWith(address, eni) !== undefined;
}
