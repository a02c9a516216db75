import type { NodeConfig } from '../../../agent/config/model.ts';
import type { ExitCode } from '../../../agent/failure.ts';
import type { Quirks, Settings } from '../../simulator/model/settings.ts';

/** A story as its seed decides it, before it happens. Times are in ms of virtual time. */
export interface Scenario {
  seed: number;
  settings: Partial<Omit<Settings, 'quirks'>>;
  quirks: Partial<Quirks>;
  throttles: boolean;
  /** DescribeInstances begins to show an instance up to this much after its launch. */
  launchLagMs: number;
  latency: Latency;
  subnets: readonly SubnetPlan[];
  enis: readonly EniPlan[];
  groups: readonly GroupPlan[];
  nodes: readonly NodePlan[];
  weather: Weather;
  others: readonly OtherPlan[];
}

export interface Latency {
  /** Of a describe: a create takes two and a half times as long, an attach three and a half. */
  baseMs: number;
  /** How much of it may be more or less. */
  jitter: number;
  /** How many calls take ten times as long. */
  slowShare: number;
}

export interface SubnetPlan {
  id: string;
  zone: string;
  cidr: string | undefined;
  ipv6Cidr: string | undefined;
  assignsIpv6: boolean;
  tags: Readonly<Record<string, string>>;
  reservations: readonly { cidr: string; type: 'explicit' | 'prefix' }[];
  /** How many of each are there from the start. */
  occupants: Readonly<Record<'low' | 'anywhere' | 'hidden' | 'prefixes' | 'services', number>>;
  seed: number;
}

/** ENIs made beforehand. */
export interface EniPlan {
  subnetId: string;
  count: number;
  tags: Readonly<Record<string, string>>;
}

export interface GroupPlan {
  tags: Readonly<Record<string, string>>;
  type: string;
  config: NodeConfig;
}

export interface NodePlan {
  name: string;
  group: number;
  zone: string;
  arrivesAt: number;
  bootMs: number;
  isPending: boolean;
  /** What happens to its first runs, one after the other. */
  mishaps: readonly Mishap[];
  /** What happens once it is whole. */
  later: readonly Later[];
  seed: number;
}

/** Where in a run it strikes: at its nth call, or at its nth step on the host, or at a time. */
export type Moment =
  | { at: 'call' | 'step'; nth: number; when: 'before' | 'after' }
  | { at: 'time'; ms: number };

export interface Mishap {
  moment: Moment;
  what: 'kill' | 'reboot' | 'stop' | 'terminate' | 'newDisk';
  /** Before it comes back. */
  pauseMs: number;
}

export interface Later {
  afterMs: number;
  what: 'rerun' | 'reboot' | 'stop' | 'terminate';
  pauseMs: number;
}

/** The trouble of a story. */
export interface Weather {
  /** How many calls meet it. */
  share: number;
  /** So many in all. */
  atMost: number;
  /** From then on there is none. */
  calmAt: number;
  /** An error that every such call of some nodes gets, and that time alone does not heal. */
  final:
    | { action: string; code: string; message: string; status: number; exitCode: ExitCode; nodes: number }
    | undefined;
  seed: number;
}

/** Others who are at work in the same subnets. */
export type OtherPlan =
  /** Claims an address by hand, and lets it go again. */
  | {
      kind: 'claim';
      at: number;
      subnet: number;
      where: 'lowest' | 'anywhere' | 'highest';
      holdMs: number;
      seed: number;
    }
  /** Is faster: claims the very address that the nth create names, right before it. */
  | { kind: 'snipe'; nth: number; holdMs: number }
  /** Pods take secondary addresses, or a prefix, from the end of the subnet of a node's interface. */
  | { kind: 'pods'; at: number; node: number; count: number; prefix: boolean }
  /** Uses up that share of what EC2 lets through. */
  | { kind: 'drain'; at: number; forMs: number; share: number }
  /** Deletes an ENI that is available, of whomever the agent or `existing` has it for. */
  | { kind: 'delete'; at: number; seed: number }
  /** Sweep runs, on a node or in a job. */
  | { kind: 'sweep'; at: number; intervalMs: number; seed: number };
