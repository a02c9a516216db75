import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../agent/clock.ts';

/** Node's timers fire at once when asked for more, in ms. */
const longestPause = 2 ** 31 - 1;

/** What a simulator does beside answering: pauses, timers and hooks. All of it ends when the simulator closes. */
export class Background {
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** By its work: what to call it. */
  readonly #underWay = new Map<Promise<void>, string>();
  readonly #failures: unknown[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Ends early when the simulator closes. */
  async pause(ms: number): Promise<void> {
    if (ms <= 0 || this.closing.aborted) {
      return;
    }
    try {
      await this.#clock.sleep(Math.min(ms, longestPause), this.closing);
    } catch (error) {
      if (!this.closing.aborted) {
        throw error;
      }
    }
  }

  /** Runs `wake` at that time on the clock; what is due at Infinity never is. */
  at(time: number, wake: () => void): void {
    if (time === Number.POSITIVE_INFINITY) {
      return;
    }
    this.run('a timer', async () => {
      /** A timer may fire a fraction of a millisecond early, and long before a time that is far off. */
      while (this.#clock.now() < time && !this.closing.aborted) {
        await this.pause(time - this.#clock.now());
      }
      wake();
    });
  }

  run(name: string, work: () => Promise<void> | void): void {
    const running = (async () => work())()
      .catch((error: unknown) => this.failed(error))
      .finally(() => this.#underWay.delete(running));
    this.#underWay.set(running, name);
  }

  failed(error: unknown): void {
    this.#failures.push(error);
  }

  /** Tells everything to end: from now on, nothing new happens. */
  abort(): void {
    this.#closing.abort();
  }

  /** Waits for what is under way, so many ms at most; throws what failed, and the names of what has not ended. */
  async end(boundMs: number): Promise<void> {
    const ended = new AbortController();
    const bound = setTimeout(boundMs, undefined, { signal: ended.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#underWay.keys()), bound]);
    ended.abort();
    for (const name of this.#underWay.values()) {
      this.failed(new Error(`${name} has not ended`));
    }
    if (this.#failures.length > 0) {
      throw new AggregateError(this.#failures, 'the simulator failed');
    }
  }
}
