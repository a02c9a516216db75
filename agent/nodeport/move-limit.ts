import { holdDownMs, moveLimit } from './pace.ts';

/** A move from an instance that EC2 called running, at a time of the clock in ms. */
export interface CountedMove {
  at: number;
}

/**
 * Why the address may not be taken from a running instance now, and until when (on the same clock); undefined: it may.
 * Two nodes that cannot reach each other, and both reach EC2, would else take it from each other for ever.
 *
 * @param moves the newest first
 */
export function forbidden(
  moves: readonly CountedMove[],
  now: number,
): { why: string; until: number } | undefined {
  const { count, withinMs } = moveLimit;
  const oldest = moves[count - 1];
  if (oldest !== undefined && now - oldest.at < withinMs) {
    const why = `it has moved ${count} times within ${withinMs / 60_000} minutes from instances that run`;
    return { why, until: oldest.at + withinMs };
  }
  const [last] = moves;
  return last !== undefined && now - last.at < holdDownMs
    ? { why: `it has moved within the last ${holdDownMs / 1000} s`, until: last.at + holdDownMs }
    : undefined;
}
