/** What can happen in a world of watchers. */
export type Mishap =
  /** The kernel stands still: EC2 says `running` for as long as nobody acts. */
  | 'panic'
  /** Processes stand still, the watcher's too; the kernel still answers pings. */
  | 'hang'
  /** The power goes, and after a while EC2 says so. */
  | 'terminate'
  | 'stop'
  /** Without a word to the watcher. */
  | 'hardReboot'
  /** As systemd does it: the watcher is told, then the power goes. */
  | 'cleanStop'
  | 'cleanReboot'
  /** Cordoned, until `forMs` has passed. */
  | 'drain'
  /** SIGKILL; systemd starts it again after `forMs`. */
  | 'killWatcher'
  /** `systemctl stop`, and after `forMs` `start`. */
  | 'restartWatcher'
  | 'cutLink'
  | 'killService'
  /** Nobody reaches the node, and it nobody. */
  | 'isolate'
  | 'loseEc2'
  | 'loseGateway'
  /** The nodes fall into two parts that do not reach each other. EC2 they all reach. */
  | 'partition'
  /** As that, but the second part does not reach EC2 either. */
  | 'fullPartition'
  /** This node and the next one do not reach each other. */
  | 'cutPair'
  /** As that, and again they do, every few seconds. */
  | 'flapPair'
  /** EC2 answers nobody. */
  | 'ec2Outage'
  /** The account's buckets are used up by others. */
  | 'throttle'
  | 'join';

export interface PlannedMishap {
  /** In ms. */
  at: number;
  what: Mishap;
  /** Who holds the first address then, or a node by its number. */
  who: 'holder' | number;
  /** Until it is mended; undefined: it stays so. */
  forMs?: number | undefined;
}

/** A world of watchers: all that a seed decides. */
export interface WatchPlan {
  seed: number;
  /** One mishap at most, and nothing else amiss. */
  isCalm: boolean;
  nodes: number;
  addresses: readonly string[];
  probePort: number | undefined;
  /** The primary ENI carries the addresses. */
  onPrimary: boolean;
  /** Who holds the addresses at the start. A stranger's ENI is not to be touched. */
  firstHolder: 'node' | 'nobody' | 'stranger';
  network: {
    forbidsIcmp: boolean;
    /** The share of probes that get lost, until it is calm. */
    loss: number;
    /** The router has never answered here. */
    hasMuteGateway: boolean;
    /** The router answers only who holds one of the addresses, as the VPC knows it. */
    hasDeafGateway: boolean;
    /** How long EC2 takes to deliver to another ENI. */
    convergenceMs: number;
  };
  ec2: {
    latencyMs: number;
    /** The share of calls that take ten times as long. */
    slowShare: number;
    consistencyMs: number;
    /** Each listing is behind by another time, up to that: not all of EC2 knows the same. */
    wavers: boolean;
    imdsLagMs: number;
    /** The share of calls that meet trouble. */
    troubleShare: number;
  };
  /** How far the nodes' wall clocks are off at most. */
  clockSkewMs: number;
  mishaps: readonly PlannedMishap[];
  /** By then all has happened, and what does not stay so is mended. */
  calmAt: number;
}
