import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../agent/clock.ts';

/** A clock that stands until it is told to go on, and wakes each sleeper at its time. */
export function handClock(): { clock: Clock; until(to: number): Promise<void> } {
  let time = 0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const clock: Clock = {
    now: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
  };
  async function until(to: number): Promise<void> {
    await setImmediate();
    for (;;) {
      const [next] = [...sleepers].toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > to) {
        time = to;
        return;
      }
      time = next.at;
      sleepers.delete(next);
      next.wake();
      await setImmediate();
    }
  }
  return { clock, until };
}
