import type { Clock } from '../../clock.ts';
import type { NodeConfig } from '../../config/model.ts';
import type { Pace } from '../../ec2/pace.ts';
import type { Ec2 } from '../../ec2/port.ts';
import type { Host } from '../../host/port.ts';
import type { Identity } from '../../imds/port.ts';
import type { NodeConfigSource } from '../../kubelet/node-config.ts';
import type { Instance } from '../../plan/observation.ts';
import type { Log } from '../../report/log.ts';
import type { Claims } from './claims.ts';

/** What every step of a run works with. */
export interface RunContext {
  /** EC2, and for messages how it is reached. */
  ec2: Ec2 & { endpoint: string; proxy: string | undefined };
  host: Host;
  clock: Clock;
  /** In ms since 1970; it may be off until NTP has set it. */
  wallClock: () => number;
  /** In [0, 1). */
  random: () => number;
  log: Log;
  config: NodeConfig;
  instance: Instance & Pick<Identity, 'instanceType' | 'launchedAt'>;
  /** Aborts when the run's deadline passes. */
  signal: AbortSignal;
  claims: Claims;
  /** Once it is known who else was launched with this node. */
  pace?: Promise<Pace | undefined> | undefined;
  /** Whether kubelet has run since the boot: from then on a device may be in a pod's network namespace. */
  kubeletHasRun: () => Promise<boolean>;
}

/** What the drop-in rests on besides the run's outcome. */
export interface KubeletContext {
  identity: Identity;
  config: NodeConfig;
  /** The user's, in the order in which nodeadm merges them. */
  nodeConfigs: readonly NodeConfigSource[];
  /** How many ENIs network card 0 carries, once it is known. */
  cardEnis: number | undefined;
}
