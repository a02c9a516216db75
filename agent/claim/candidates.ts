import { firstOf, type Range } from './range.ts';

/** EC2 answers for up to 200 filter values in a request; the subnet's id is one, and some are left in reserve. */
export const addressesPerQuery = 190;

/**
 * The address to try next. The first try is the lowest free one, or, where other nodes are ahead, the lowest that they
 * leave. After a collision there are claimants here that nobody told of: the window from which to choose doubles each
 * time, so that contenders get out of each other's way in address space rather than in time, and no further than
 * they must.
 *
 * @param free the free addresses, merged and in order
 * @param ahead how many of them others are to have before
 * @param collisions how often EC2 has said "taken" to this claim
 * @param random in [0, 1)
 */
export function choose(
  free: readonly Range[],
  ahead: number,
  collisions: number,
  random: () => number,
): bigint | undefined {
  const window = firstOf(free, ahead + Math.min(2 ** collisions, addressesPerQuery));
  // Fewer are free than others are to have: some of them will go without, and it need not be this node.
  const open = window.length > ahead ? window.slice(ahead) : window;
  return open[Math.floor(random() * open.length)];
}
