import { Random } from '../simulator/model/random.ts';

/** What a seed decides. */
export class Chance {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
    // The first numbers of seeds that follow each other lie close together.
    this.#random.next();
  }

  /** A seed for a part of the story: what that part draws changes nothing in the others. */
  seed(): number {
    return this.#random.next();
  }

  /** In [0, 1). */
  fraction(): number {
    return this.#random.next() / 2 ** 32;
  }

  yes(share: number): boolean {
    return this.fraction() < share;
  }

  /** A whole number, both ends included. */
  between(first: number, last: number): number {
    return first + Math.floor(this.fraction() * (last - first + 1));
  }

  pick<T>(items: readonly T[]): T {
    return this.weighted(...items.map((item) => [1, item] as const));
  }

  /** One of these, each as often as its weight says. */
  weighted<T>(...choices: readonly (readonly [weight: number, item: T])[]): T {
    let left = this.fraction() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, item] of choices) {
      left -= weight;
      if (left < 0) {
        return item;
      }
    }
    throw new Error('nothing to choose from');
  }

  some<T>(count: number, draw: (n: number) => T): T[] {
    return Array.from({ length: count }, (_, n) => draw(n));
  }
}
