import type { VirtualTime } from '../virtual-time.ts';
import type { Mishap } from './plan.ts';

/** A time in which nobody who would have served got what clients sent. */
export interface Outage {
  address: string;
  /** What had happened last; undefined: nothing yet. */
  after: Mishap | undefined;
  startedAt: number;
  ms: number;
}

/** Keeps the book of the times without service. */
export class Outages {
  readonly all: Outage[] = [];
  lastMishap: Mishap | undefined;
  readonly #time: VirtualTime;
  readonly #isServed: (address: string) => boolean;
  readonly #open = new Map<string, { after: Mishap | undefined; startedAt: number }>();

  constructor(time: VirtualTime, isServed: (address: string) => boolean) {
    this.#time = time;
    this.#isServed = isServed;
  }

  /** Those that go on until the end. */
  get open(): Outage[] {
    const now = this.#time.now();
    return [...this.#open].map(([address, each]) => ({ address, ...each, ms: now - each.startedAt }));
  }

  /** Something has changed of which service may depend. */
  look(addresses: readonly string[]): void {
    for (const address of addresses) {
      this.#look(address);
    }
  }

  #look(address: string): void {
    const open = this.#open.get(address);
    const isServed = this.#isServed(address);
    const now = this.#time.now();
    if (!isServed && open === undefined) {
      this.#open.set(address, { after: this.lastMishap, startedAt: now });
    } else if (isServed && open !== undefined) {
      this.#open.delete(address);
      const ms = now - open.startedAt;
      this.all.push(...(ms > 0 ? [{ address, ...open, ms }] : []));
    }
  }
}

/** By what had happened: how often, and how long nobody was served, in words. */
export function outageLines(outages: readonly Outage[]): string[] {
  const kinds = [...new Set(outages.map(({ after }) => after))].sort();
  return kinds.map((kind) => {
    const times = outages.flatMap(({ after, ms }) => (after === kind ? [ms] : [])).sort((a, b) => a - b);
    const share = (part: number) => ((times[Math.ceil(part * times.length) - 1] ?? 0) / 1000).toFixed(2);
    return `${`${kind}`.padEnd(12)} ${`${times.length}`.padStart(6)} times, without service ${share(0.5)} s (median), ${share(0.99)} s (p99), ${share(1)} s (max)`;
  });
}
