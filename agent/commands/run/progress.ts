import type { Deadline } from '../../deadline.ts';
import type { Ec2Connection } from '../../ec2/ec2.ts';
import type { Identity } from '../../imds/port.ts';
import type { NodePortLink } from '../../nodeport/setup.ts';
import type { Log } from '../../report/log.ts';
import type { KubeletContext } from './context.ts';
import type { Ready } from './interface.ts';

/** How far a run has come: what can be told, and done for kubelet, when it fails. */
export interface Progress {
  identity?: Identity;
  kubelet?: KubeletContext;
  ec2?: Ec2Connection;
  /** Over everything that is waited for, once it is known. */
  deadline?: Deadline;
  /** By then what a failed run made is to be taken back, by the run's clock; undefined: that has not begun. */
  graceUntil?: number;
  ready: Ready[];
  /** Links that carry NodePort addresses by now; undefined: that has not been touched. */
  nodePort?: readonly NodePortLink[] | undefined;
  /** What earlier runs left and nothing needs goes away meanwhile, and afterwards. */
  leftovers: Promise<void>;
  /** The network is whole, and kubelet has been let start. */
  joined: boolean;
  labels: Record<string, string>;
  warnings: string[];
}

/** That of a run that has just begun. */
export function newProgress(): Progress {
  return { ready: [], leftovers: Promise.resolve(), joined: false, labels: {}, warnings: [] };
}

/** Tells a warning in the journal, and keeps it for the result. */
export function warn(log: Log, progress: Progress, warnings: readonly string[]): void {
  for (const warning of warnings) {
    log.warn(warning);
    progress.warnings.push(warning);
  }
}

/** How many EC2 calls the run has made. */
export function callsMade({ ec2 }: Pick<Progress, 'ec2'>): number {
  return Object.values(ec2?.calls() ?? {}).reduce((sum, calls) => sum + calls, 0);
}
