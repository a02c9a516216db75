import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 50;

/** Looks until there is an answer, and answers it; throws if there is none in time. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  boundMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + boundMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${boundMs / 1000} s in vain for ${what}`);
    }
    await delay(everyMs);
  }
}
