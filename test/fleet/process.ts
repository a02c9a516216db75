import type { Clock } from '../../agent/clock.ts';

/**
 * A process on a simulated node: what it waits for never comes any more once it has been killed. All that it asks of
 * the world goes through `alive`.
 */
export class Process {
  readonly clock: Clock;
  #isKilled = false;

  constructor(time: Clock) {
    const startedAt = time.now();
    this.clock = {
      now: () => time.now() - startedAt,
      sleep: (ms, signal) => this.alive(() => time.sleep(ms, signal)),
    };
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  kill(): void {
    this.#isKilled = true;
  }

  /** Does it, and hands on what it comes to: to a process that lives. */
  async alive<T>(work: () => Promise<T>): Promise<T> {
    const never = new Promise<never>(() => undefined);
    if (this.#isKilled) {
      return never;
    }
    try {
      const result = await work();
      return this.#isKilled ? never : result;
    } catch (error) {
      if (this.#isKilled) {
        return never;
      }
      throw error;
    }
  }
}
