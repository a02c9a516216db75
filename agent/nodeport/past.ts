import type { Holding } from './looks.ts';
import type { CountedMove } from './move-limit.ts';
import { trustMs } from './pace.ts';
import type { WatchContext } from './ports.ts';
import type { AddressState, Move, ProbeState } from './state.ts';
import { verdictOf } from './verdict.ts';

/** A move as this node knows of it. */
interface SeenMove {
  from: Holding | undefined;
  to: Holding | undefined;
  how: Move['how'];
  /** It was this node that held it. */
  isOwn: boolean;
  /** Of the former holder. */
  probes: readonly ProbeState[];
}

/** Whether an address was taken from an instance that runs. Of one that answered to the last, it has been handed over. */
export function isTaken({ from, to, how, isOwn, probes }: SeenMove): boolean {
  if (from?.instance?.state !== 'running' || to === undefined) {
    return false;
  }
  const hasAnswered = probes.some(({ everAnswered }) => everAnswered) && verdictOf(probes) === undefined;
  return how === 'taken over' || (how === 'seen' && (isOwn || !hasAnswered));
}

/** The moves that count of those that a watcher before this one has told of, by this process's clock. */
export function countedBefore(
  moves: readonly Move[],
  { clock, wallClock }: Pick<WatchContext, 'clock' | 'wallClock'>,
): CountedMove[] {
  return moves
    .filter(({ isCounted }) => isCounted)
    .map(({ at }) => wallClock() - Date.parse(at))
    .filter((agoMs) => agoMs >= 0)
    .map((agoMs) => ({ at: clock.now() - agoMs }));
}

/**
 * The last holder. EC2 may show nobody for a while, between the two calls of a move that comes to nothing, or because a
 * listing is behind: what was heard of a holder still counts once it is back, or its death would not be noticed any more.
 */
export class LastHolder {
  #last: { state: AddressState; until: number } | undefined;

  /** Told of the state right before its holder changes. */
  keep(state: AddressState, now: number): void {
    if (state.holder !== undefined) {
      this.#last = { state: { ...state }, until: now + trustMs };
    }
  }

  recall(now: number): AddressState | undefined {
    return this.#last !== undefined && now < this.#last.until ? unmissed(this.#last.state) : undefined;
  }
}

/** What a watcher before this one has heard of a holder counts; its misses are over. */
export function unmissed(past: AddressState | undefined): AddressState | undefined {
  return past && { ...past, probes: past.probes.map((each) => ({ ...each, misses: 0 })) };
}
