/**
 * Seeds that have broken an invariant through a fault of the watcher's, each with what it showed. What a seed draws
 * changes with `draw.ts`: then it tells another story, which must hold as well.
 */
export const failedWatchSeeds: readonly { seed: number; showed: string }[] = [
  {
    seed: 351,
    showed: 'an address that a stranger holds was looked at three times a minute by each node, for ever',
  },
];
