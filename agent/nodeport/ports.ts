import type { Clock } from '../clock.ts';
import type { Ec2 } from '../ec2/port.ts';
import type { Imds } from '../imds/port.ts';
import type { Log } from '../report/log.ts';
import type { NodePortLink } from './setup.ts';
import type { AddressState } from './state.ts';

/** How one probe ended. */
export interface Probe {
  kind: 'icmp' | 'tcp';
  /** In time. */
  answered: boolean;
}

export interface ProbeTarget {
  /** The holder's own node address, IPv4 or IPv6: never the floating one, which the prober would answer itself. */
  address: string;
  /** TCP; undefined: ICMP alone. */
  port?: number | undefined;
  /** From one probe to the next, in ms, which is also how long each may take. */
  intervalMs: number;
}

/** The watcher's side of this node: its probes, its health, its word to the outside. */
export interface WatchNode {
  /** Probes until the signal aborts, and tells how each probe ended, as it ends. */
  probe(target: ProbeTarget, tell: (probe: Probe) => void, signal: AbortSignal): void;
  /** Whether the link is up and has a carrier. */
  hasCarrier(link: NodePortLink): Promise<boolean>;
  /**
   * Whether the subnet's router answers ARP (IPv6: neighbour discovery) on this link, within about a second. The VPC's
   * router does not answer ping. To a holder true too where it has never answered it: then nothing follows from silence.
   * The kernel names an address of the link as the asker's, and whether the router answers who does not hold it is not
   * documented: what is true for a holder may not be so for a candidate.
   */
  gatewayAnswers(
    link: NodePortLink,
    address: string,
    signal: AbortSignal,
    role: 'holder' | 'candidate',
  ): Promise<boolean>;
  /**
   * Whether this node would serve what arrives for a NodePort: by the port of the service, else by kube-proxy's health.
   * Undefined where nothing tells.
   */
  isServing(port: number | undefined, signal: AbortSignal): Promise<boolean | undefined>;
  /** Whether the node is cordoned, or marked to be deleted, as the API server last told. False where it does not tell. */
  isDraining(): boolean;
  /** Gratuitous ARP, or an unsolicited neighbour advertisement, for networks that need it. Never throws. */
  announce(link: NodePortLink, address: string): Promise<void>;
}

/** What the watch over one node's floating addresses works with. */
export interface WatchContext {
  /** EC2, and for messages how it is reached. */
  ec2: Ec2 & { endpoint: string; proxy: string | undefined };
  imds: Pick<Imds, 'addresses'>;
  node: WatchNode;
  clock: Clock;
  /** In ms since 1970. */
  wallClock: () => number;
  /** In [0, 1). */
  random: () => number;
  log: Log;
  instanceId: string;
  /** What was last told of the address by a watcher on this node that has ended, since the boot. */
  past?(address: string): AddressState | undefined;
  /** Told at each change, for `nodeport status` and the metrics. */
  tell(state: AddressState): void;
}
