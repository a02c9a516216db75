import type { Clock } from '../clock.ts';

/** Without a reason an abort makes an error of its own, with a stack. */
const heard = new Error('heard');

/** What one loop wakes another with. A ring that nobody waits for is heard by who waits next. */
export class Bell {
  #hasRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Resolves at a ring, after `ms` milliseconds if there is a bound, or when the signal aborts, whichever comes first. */
  async heard(clock: Clock, ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal.aborted) {
      const over = new AbortController();
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
      if (ms !== undefined) {
        clock.sleep(ms, over.signal).then(wake, () => undefined);
      }
      await promise;
      signal.removeEventListener('abort', wake);
      over.abort(heard);
      this.#wake = undefined;
    }
    this.#hasRung = false;
  }
}
