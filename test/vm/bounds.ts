import { setTimeout as delay } from 'node:timers/promises';

/** The promise's answer, if it comes in time; throws otherwise. */
export async function within<T>(promise: Promise<T>, boundMs: number, what: string): Promise<T> {
  const late = new AbortController();
  const bound = delay(boundMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${boundMs / 1000} s in vain for ${what}`);
  });
  bound.catch(() => {});
  try {
    return await Promise.race([promise, bound]);
  } finally {
    late.abort();
  }
}

/** Looks until there is an answer, and answers it; throws if there is none in time. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  boundMs: number,
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
    await delay(200);
  }
}
