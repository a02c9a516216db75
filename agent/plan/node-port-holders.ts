import { addressesPerQuery } from '../claim/candidates.ts';
import type { Eni } from '../claim/facts.ts';
import { tagKeys } from './tags.ts';

/** The ENI that holds the address, of those that are known. */
export function holderOf(address: string, enis: readonly Eni[]): Eni | undefined {
  return enis.find((eni) => eni.addresses.includes(address) || eni.ipv6Addresses.includes(address));
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
