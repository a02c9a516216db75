import type { Clock } from '../../agent/clock.ts';

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  #now = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#sleepers.push({ at: this.#now + ms, wake: resolve });
    await promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Lets that much time pass, and wakes whoever slept no longer than that. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.at <= this.#now);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > this.#now);
    for (const sleeper of due.sort((a, b) => a.at - b.at)) {
      sleeper.wake();
    }
  }
}
