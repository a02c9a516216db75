import type { Clock } from './clock.ts';
import { ExitCode, Failure } from './failure.ts';

/** To be held with `using`: a deadline that is left pending, or a retry left under it, keeps the process from ending. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
}

/** A deadline at a time of the clock, in ms; `what` says whose it is, as in "the deadline of 10m (spec.timeout)". */
export function createDeadline(clock: Clock, at: number, what: string): Deadline {
  const passed = new AbortController();
  const cancelled = new AbortController();
  clock.sleep(Math.max(0, at - clock.now()), cancelled.signal).then(
    () => passed.abort(new Failure(ExitCode.deadline, `${what} has passed`)),
    () => undefined,
  );
  return {
    signal: passed.signal,
    [Symbol.dispose]: () => {
      cancelled.abort();
      passed.abort();
    },
  };
}
