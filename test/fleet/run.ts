import type { ExitCode } from '../../agent/failure.ts';
import type { Mishap } from './scenario/model.ts';

/** One run of the agent, as it is seen from outside. */
export interface Run {
  startedAt: number;
  mishap: Mishap | undefined;
  calls: number;
  /** On the host. */
  steps: number;
  /** Calls that met trouble, or others who were faster. */
  faults: number;
  /** The exit codes that errors explain which it met and which time does not heal. */
  causes: Set<ExitCode>;
  /** The ENIs that it has created. */
  created: string[];
  /** The interfaces for which it has named an address. */
  tried: Set<string>;
  /** Whether an earlier run has left an intent. */
  hasOpen: boolean;
  /** The addresses that it has named, for whichever. */
  named: Set<string>;
}

export function newRun(startedAt: number, mishap: Mishap | undefined, hasOpen: boolean): Run {
  return {
    startedAt,
    mishap,
    calls: 0,
    steps: 0,
    faults: 0,
    causes: new Set(),
    created: [],
    tried: new Set(),
    hasOpen,
    named: new Set(),
  };
}

/** Whether the run's mishap strikes at this call or step, the count of which includes it. */
export function strikesAt(
  { mishap, calls, steps }: Run,
  at: 'call' | 'step',
  when: 'before' | 'after',
): boolean {
  const { moment } = mishap ?? {};
  return moment?.at === at && moment.when === when && moment.nth === (at === 'call' ? calls : steps);
}
