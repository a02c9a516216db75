import type { NodePortLink } from '../nodeport/setup.ts';
import type { NodePortFiles } from './node-port-files.ts';

/** A network device, from /sys/class/net. */
export interface Device {
  name: string;
  /** Lower case. */
  mac: string;
  /** The administrative state: IFF_UP. */
  up: boolean;
  mtu: number;
  /** `up`, `down`, `lowerlayerdown`, `unknown`… */
  operState: string;
}

/** A device with all its names. */
export interface Link extends Device {
  /** Other names that the kernel knows it by (altname in `ip link`): no other link can be given one of them. */
  alternativeNames: readonly string[];
}

/** How one of our interfaces is to look on this host. */
export interface WantedLink {
  name: string;
  mac: string;
  mtu: number;
  eniId: string;
}

/** What was changed on a link, in words. */
export interface LinkChange {
  name: string;
  changes: string[];
}

/**
 * What was about to be done for an interface: written and fsynced before it is. It stays until another takes its
 * place, or the ENI is given back: a later run may start while EC2's listings do not show the ENI yet.
 */
export type Intent = CreateIntent | ClaimIntent;

/** The create of an ENI. */
export interface CreateIntent {
  kind: 'create';
  instanceId: string;
  interface: string;
  subnetId: string;
  /** The address named in the create; absent where EC2 chooses. */
  address?: string;
  /** Likewise. */
  ipv6Address?: string;
  /** How many IPv6 addresses EC2 is to choose; absent leaves it to the subnet. */
  ipv6AddressCount?: number;
  securityGroups: string[];
  description: string;
  tags: Record<string, string>;
  nonce: string;
  /** From EC2's answer, once it is known. */
  eniId?: string;
  /** Lower case, likewise. */
  mac?: string;
  /** A run has begun to take it back. If it was stopped there EC2 may not show yet what it has done, for some seconds. */
  isTakenBack?: true;
}

/** The attach of an ENI made beforehand, which gets its tags only when it is attached. */
export interface ClaimIntent {
  kind: 'claim';
  instanceId: string;
  interface: string;
  eniId: string;
  /** Lower case. */
  mac: string;
  /** As of a create. */
  isTakenBack?: true;
}

/** An intent of an earlier run, and the milliseconds since it was written, by a wall clock that may have been set meanwhile. */
export type Stored<T extends Intent> = T & { ageMs: number };
export type StoredIntent = Stored<CreateIntent> | Stored<ClaimIntent>;

/**
 * The host's side of a run. Files go below `--root`; links are always the kernel's. Every method throws a
 * `Failure` (9) that names the file or link, what the system said, and the remedy.
 */
export interface Host {
  /** Removes the files that another instance's agent wrote (an image made from a running node); answers their paths. */
  removeForeignFiles(instanceId: string): Promise<string[]>;
  /** Throws if this process may not change links: to be known before anything is created for them. */
  checkMayChangeLinks(): Promise<void>;
  /** Links stacked on another (a VLAN, an ipvlan), which may bear its MAC, come after it. */
  links(): Promise<Link[]>;
  /** Throws if there is no `nft` that works, which NodePort addresses need: likewise. */
  checkNft(signal?: AbortSignal): Promise<void>;
  readIntents(instanceId: string): Promise<StoredIntent[]>;
  /** Atomic and fsynced: it is on the disk when this resolves. */
  writeIntent(intent: Intent): Promise<void>;
  removeIntent(interfaceName: string): Promise<void>;
  /**
   * The .link and .network files and nodeadm's cache entry, so that udev names the device as it appears and
   * neither networkd nor nodeadm configures it; then udev and networkd are told. False if all was in place.
   */
  writeLinkFiles(instanceId: string, link: WantedLink): Promise<boolean>;
  removeLinkFiles(instanceId: string, interfaceName: string): Promise<void>;
  /** Waits until the kernel shows a device with this MAC. */
  waitForDevice(mac: string, signal: AbortSignal): Promise<Device>;
  /**
   * Once all devices are there: lets udev settle, mends names under one lock, sets MTU and loose rp_filter, no
   * address generation, brings them up, removes nodeadm's cache entries of names that are gone. Answers those
   * links on which it changed something.
   */
  configureLinks(
    instanceId: string,
    links: readonly WantedLink[],
    signal: AbortSignal,
  ): Promise<LinkChange[]>;
  readonly nodePortFiles: NodePortFiles;
  /**
   * Puts the NodePort addresses on their links, with the way back: policy rules, tables, connection marks. What an earlier
   * run put there, and these do not name, goes; nothing else is touched. Answers the links on which it changed something.
   *
   * @param isStillWanted asked once no other process is at it, for which it waits: false leaves everything as it is
   */
  configureNodePort(
    instanceId: string,
    links: readonly NodePortLink[],
    signal: AbortSignal,
    isStillWanted?: () => Promise<boolean>,
  ): Promise<LinkChange[]>;
  /** Tells each time that one of these links has come up again, as far as that can be known, until the signal aborts. */
  followLinkUps(names: readonly string[], tell: () => void, signal: AbortSignal): void;
}
