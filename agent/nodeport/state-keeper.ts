import type { Clock } from '../clock.ts';
import type { AddressState, Move } from './state.ts';

/** What the watcher has told of its addresses, for the state file and the metrics. */
export interface StateKeeper {
  tell(state: AddressState): void;
  /** In the order in which they were first told of. */
  states(): AddressState[];
  /** How often an address has moved since the start, as far as this node knows. */
  moves(address: string, how: Move['how']): number;
  /** Writes what has not been written yet. */
  finish(): Promise<void>;
}

/** Not sooner after a write, whatever changes; and not later, however little it is. */
const paceMs = { soonest: 1_000, latest: 10_000 };

/** Probes end twice a second, and hardly ever tell anything new: such changes wait to be written with another. */
export function createStateKeeper(
  clock: Clock,
  write: (states: readonly AddressState[]) => Promise<void>,
): StateKeeper {
  const known = new Map<string, AddressState>();
  const moves = new Map<string, number>();
  let writtenAt = Number.NEGATIVE_INFINITY;
  let due: { at: number; cancel: AbortController } | undefined;
  let writing: Promise<void> = Promise.resolve();

  function writeAt(at: number): void {
    if (due !== undefined && due.at <= at) {
      return;
    }
    due?.cancel.abort();
    const cancel = new AbortController();
    due = { at, cancel };
    clock.sleep(Math.max(0, at - clock.now()), cancel.signal).then(writeNow, () => undefined);
  }

  function writeNow(): void {
    due?.cancel.abort();
    due = undefined;
    writtenAt = clock.now();
    writing = writing.then(() => write([...known.values()]));
  }

  return {
    tell(told) {
      // The watcher may go on changing what it has told.
      const state = structuredClone(told);
      const before = known.get(state.address);
      known.set(state.address, state);
      // Those that a state begins with are from before the start.
      for (const { how } of before === undefined ? [] : newMoves(before.moves, state.moves)) {
        const key = `${how} ${state.address}`;
        moves.set(key, (moves.get(key) ?? 0) + 1);
      }
      const isNews = before === undefined || gist(before) !== gist(state);
      writeAt(Math.max(clock.now(), writtenAt + (isNews ? paceMs.soonest : paceMs.latest)));
    },
    states: () => [...known.values()],
    moves: (address, how) => moves.get(`${how} ${address}`) ?? 0,
    async finish() {
      if (due !== undefined) {
        writeNow();
      }
      await writing;
    },
  };
}

/** Those that were not there before; both lists have the newest first, and lose their oldest. */
export function newMoves(before: readonly Move[], after: readonly Move[]): Move[] {
  const last = before[0] && JSON.stringify(before[0]);
  const at = after.findIndex((move) => JSON.stringify(move) === last);
  return after.slice(0, at === -1 ? after.length : at);
}

/** What is worth a write of its own: not each probe, but one that is the first to be missed, or to be answered again. */
function gist({ probes, seenAt, ...rest }: AddressState): string {
  const outcomes = probes.map(({ kind, everAnswered, misses }) => [kind, everAnswered, misses === 0]);
  return JSON.stringify({ ...rest, outcomes });
}
