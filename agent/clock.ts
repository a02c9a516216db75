import { setTimeout } from 'node:timers/promises';

/** Time as the run sees it, so that a simulation can hand it a virtual one. */
export interface Clock {
  /** Milliseconds on a clock that never steps: EC2 instances boot with a wrong wall clock before NTP. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** This machine's time, counted from the start of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
