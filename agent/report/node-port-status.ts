import type { NodeInstance } from '../claim/facts.ts';
import { formatAddress, parseAddress } from '../claim/range.ts';
import type { NodePortConfig } from '../config/model.ts';
import type { NodePortAddress, NodePortLink, NodePortSetup } from '../nodeport/setup.ts';
import type { AddressState, HolderState } from '../nodeport/state.ts';
import type { WatcherState } from '../nodeport/state-file.ts';
import { addressDifferences, setupDifferences, watcherDifferences } from './node-port-differences.ts';

/** The NodePort addresses of a node, by all who know of them: what `nodeport status --json` prints. */
export interface NodePortStatus {
  instanceId: string;
  watcher: WatcherStatus;
  addresses: NodePortAddressStatus[];
  /** What differs between the configuration, the setup, EC2, the OS and the watcher, each with what to do. */
  differences: string[];
  /** What could not be looked at, and why. */
  unknown: string[];
}

export interface WatcherStatus {
  /** `not set up`: the configuration has Floating addresses, and this node none. `not needed`: neither has any. */
  state: 'running' | 'not running' | 'not set up' | 'not needed' | 'unknown';
  /** ISO 8601; undefined: nothing is known of it. */
  writtenAt: string | undefined;
}

export interface NodePortAddressStatus extends NodePortAddress {
  /** The link that carries it here. */
  interface: string;
  /** Whether the OS has it; undefined where it could not be asked. */
  isOnLink: boolean | undefined;
  /** EC2's word where EC2 could be asked, else the watcher's; undefined: not known. */
  holder: Holder | 'nobody' | undefined;
  /** Undefined: not known. */
  isHeldHere: boolean | undefined;
  /** What the watcher last knew, of a Floating one. */
  watched: AddressState | undefined;
}

type Holder = Omit<HolderState, 'since'> & {
  /** ISO 8601: since when this node's watcher has seen it so; undefined where it has not. */
  since: string | undefined;
};

/** What was found out; undefined is what could not be. */
export interface NodePortSeen {
  setup: NodePortSetup;
  /** The instances that hold addresses of these links. */
  nodes: readonly NodeInstance[] | undefined;
  /** Those that the OS has on a link, by its name. */
  onLinks: ReadonlyMap<string, readonly string[]> | undefined;
  /** Undefined where there is none, or it could not be read. */
  last: WatcherState | undefined;
  isWatched: boolean | undefined;
  unknown: readonly string[];
}

/**
 * All of it as `nodeport status` prints it.
 *
 * @param configured undefined where the configuration could not be read
 */
export function nodePortStatus(seen: NodePortSeen, configured?: readonly NodePortConfig[]): NodePortStatus {
  const { setup, last } = seen;
  const addresses = setup.links.flatMap((link) =>
    link.addresses.map((each) => addressStatus(seen, link, each)),
  );
  const watcher: WatcherStatus = {
    state: watcherState(seen, addresses, configured),
    writtenAt: last?.writtenAt,
  };
  return {
    instanceId: setup.instanceId,
    watcher,
    addresses,
    differences: [
      ...(configured === undefined ? [] : setupDifferences(configured, setup)),
      ...addresses.flatMap(addressDifferences),
      ...watcherDifferences(watcher),
    ],
    unknown: [...seen.unknown],
  };
}

function watcherState(
  { isWatched }: NodePortSeen,
  addresses: readonly NodePortAddressStatus[],
  configured: readonly NodePortConfig[] = [],
): WatcherStatus['state'] {
  if (addresses.every(({ mode }) => mode === 'PerNode')) {
    return configured.some(({ mode }) => mode === 'Floating') ? 'not set up' : 'not needed';
  }
  return isWatched === undefined ? 'unknown' : isWatched ? 'running' : 'not running';
}

function addressStatus(
  { nodes, onLinks, last, setup }: NodePortSeen,
  link: NodePortLink,
  each: NodePortAddress,
): NodePortAddressStatus {
  const watched = last?.addresses.find(({ address }) => address === each.address);
  const holder = nodes === undefined ? watched?.holder : (holderOf(nodes, link, each, watched) ?? 'nobody');
  return {
    ...each,
    interface: link.name,
    isOnLink: onLinks && (onLinks.get(link.name) ?? []).some((address) => isSame(address, each.address)),
    holder,
    isHeldHere:
      holder === undefined
        ? undefined
        : holder !== 'nobody' && holder.instanceId === setup.instanceId && holder.eniId === link.eniId,
    watched,
  };
}

function holderOf(
  nodes: readonly NodeInstance[],
  { subnetId }: NodePortLink,
  { address }: NodePortAddress,
  watched: AddressState | undefined,
): Holder | undefined {
  const held = nodes
    .flatMap((node) => node.enis.map((eni) => ({ node, eni })))
    .find(
      ({ eni }) =>
        eni.subnetId === subnetId &&
        [...eni.addresses, ...eni.ipv6Addresses].some((each) => isSame(each, address)),
    );
  if (held === undefined) {
    return undefined;
  }
  const { node, eni } = held;
  return {
    eniId: eni.id,
    instanceId: node.instanceId,
    nodeAddress: node.nodeAddress,
    instanceState: node.state,
    since: watched?.holder?.eniId === eni.id ? watched.holder.since : undefined,
  };
}

/** IPv6 addresses come in several spellings. */
function isSame(shown: string, address: string): boolean {
  return shown === address || formatAddress(parseAddress(shown)) === address;
}
