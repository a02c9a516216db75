import { firstOf, type Range } from './range.ts';

/** EC2 answers for up to 200 filter values in a request; the subnet's id is one, and some are left in reserve. */
export const addressesPerQuery = 190;

/**
 * The address to try next. The first try is the lowest free one. After a collision others are claiming here
 * too: the window from which to choose doubles each time, so that contenders get out of each other's way in
 * address space rather than in time, and no further than they must.
 *
 * @param free the free addresses, merged and in order
 * @param collisions how often EC2 has said "taken" to this claim
 * @param random in [0, 1)
 */
export function choose(free: readonly Range[], collisions: number, random: () => number): bigint | undefined {
  const window = firstOf(free, Math.min(2 ** collisions, addressesPerQuery));
  return window[Math.floor(random() * window.length)];
}
