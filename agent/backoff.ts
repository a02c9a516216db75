/**
 * How long to pause before the next attempt, in ms: capped exponential, with full jitter, which spreads a
 * fleet's retries best (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param attempt how many attempts have failed, from 1
 * @param random in [0, 1)
 */
export function backoff(attempt: number, random: () => number, baseMs: number, capMs: number): number {
  return random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}
