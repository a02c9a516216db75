import type { NodeInstance } from '../claim/facts.ts';
import { jitterMs, lastRank, rankMs } from './pace.ts';

/** Younger than this, in ms, a node may still be coming up. */
const youngMs = 180_000;

/**
 * The nodes in the order in which they are to have the address: the youngest first, for in a rolling replacement the
 * oldest are next to go; those that have just been launched last.
 *
 * @param now in ms since 1970
 */
export function inOrder<T extends Pick<NodeInstance, 'launchedAt' | 'instanceId'>>(
  nodes: readonly T[],
  now: number,
): T[] {
  const isYoung = (node: T) => now - node.launchedAt < youngMs;
  return nodes.toSorted(
    (a, b) =>
      Number(isYoung(a)) - Number(isYoung(b)) ||
      b.launchedAt - a.launchedAt ||
      (a.instanceId < b.instanceId ? -1 : 1),
  );
}

/**
 * How long a node of that rank, from 0, lets those before it go first, in ms. Beyond the first few, chance spreads them:
 * ten a second, for all of them together ask EC2.
 *
 * @param nodes how many there are
 */
export function rankDelay(rank: number, nodes: number, random: () => number): number {
  const late = rank < lastRank ? 0 : random() * Math.max(lastRank * rankMs, nodes * 100);
  return Math.min(rank, lastRank) * rankMs + late + random() * jitterMs;
}
