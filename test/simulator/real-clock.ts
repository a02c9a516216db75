import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../agent/clock.ts';

/** The machine's own time. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
};
