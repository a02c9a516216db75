/**
 * Seeds that have broken an invariant through a fault of the agent's, each with what it showed. What a seed draws changes
 * with test/fleet/scenario: then it tells another story, which must hold as well.
 */
export const failedSeeds: readonly { seed: number; showed: string }[] = [
  {
    seed: 2963,
    showed:
      'a device that was attached 2 s before the deadline failed the run with exit code 9, which nothing retries',
  },
  {
    seed: 40322,
    showed:
      'after half a minute as a pending instance, the first "in use" of a listing that was behind failed the run',
  },
  {
    seed: 102726,
    showed:
      'a run that began while the ENI that the last one had handed back was still detaching failed with exit code 3',
  },
  {
    seed: 207112,
    showed:
      'killed late in taking back, the next run did not wait and let kubelet start on an ENI that was being let go',
  },
];
