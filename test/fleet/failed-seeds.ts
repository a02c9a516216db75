/**
 * Seeds that have broken an invariant, each with what it showed. What a seed draws changes with test/fleet/scenario:
 * then it tells another story, which must hold as well.
 */
export const failedSeeds: readonly { seed: number; showed: string }[] = [
  {
    seed: 2963,
    showed: 'a device that was attached 2 s before the deadline failed the run for good, with exit code 9',
  },
];
