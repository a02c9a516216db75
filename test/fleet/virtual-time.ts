import type { Clock } from '../../agent/clock.ts';

interface Event {
  at: number;
  run: () => void;
}

/**
 * Time that jumps from one event to the next, in ms. Of several at one time, the one that was added first comes
 * first: all that happens follows from what is put in.
 */
export class VirtualTime implements Clock {
  #now = 0;
  /** The next one last. */
  readonly #events: Event[] = [];

  now(): number {
    return this.#now;
  }

  /** Answers how to call it off. */
  at(time: number, run: () => void): () => void {
    const event = { at: Math.max(time, this.#now), run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.at ?? 0) > event.at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#events.splice(low, 0, event);
    return () => {
      event.run = () => undefined;
    };
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.at(this.#now + ms, resolve);
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    await promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  /**
   * Lets event after event happen until the work is done; answers what it comes to. Throws what it or `afterEach`
   * throws, and when nothing is left to happen before it is done.
   */
  async run<T>(work: Promise<T>, afterEach: () => void = () => undefined): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    for (;;) {
      // What an event sets off goes on in microtasks: all of it, before the next one.
      await new Promise<void>((resolve) => setImmediate(resolve));
      afterEach();
      if (isDone) {
        return work;
      }
      const event = this.#events.pop();
      if (event === undefined) {
        throw new Error(`nothing is left to happen at ${this.#now} ms, and the work is not done`);
      }
      this.#now = event.at;
      event.run();
    }
  }
}
