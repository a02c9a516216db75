import type { Case } from './case.ts';

/** One thing each that is less kind than an empty subnet and one node group alone in the account. */
export const worlds: readonly Required<Pick<Case, 'world' | 'surroundings'>>[] = [
  { world: 'none of these', surroundings: {} },
  { world: 'three zones', surroundings: { zones: 3 } },
  { world: 'two subnets in a zone', surroundings: { subnetsPerZone: 2 } },
  { world: 'subnets half full of pods', surroundings: { podShare: 0.5 } },
  { world: 'two node groups at once', surroundings: { groups: 2 } },
  { world: 'nodes of no group', surroundings: { groups: 0 } },
  { world: 'DescribeInstances up to 20 s late', surroundings: { launchLagMs: 20_000 } },
  { world: 'others use a fifth of the rates', surroundings: { othersShare: 0.2 } },
  { world: 'one node in twenty dies', surroundings: { deathShare: 0.05 } },
];
