import { interfaces, type Surroundings } from '../../fleet/scale-up/surroundings.ts';
import { scaleUp } from '../../fleet/scale-up.ts';
import { rateOf } from '../../simulator/api/buckets.ts';
import { latencies } from '../boot/latencies.ts';

/** One node's own: a round of describes, a create, and the device, counted from the attach's effect. */
export const chainMs = latencies.describe + latencies.create + latencies.device;

/** The calls that a node needs on its way to kubelet; DeleteOnTermination is set beside it. */
export async function neededCalls(surroundings: Partial<Surroundings>): Promise<ReadonlyMap<string, number>> {
  const { zones = 1, subnetsPerZone = 1, podShare = 0 } = surroundings;
  const { calls } = await scaleUp({
    nodes: 1,
    arrival: 'at once',
    seed: 1,
    surroundings: { zones, subnetsPerZone, podShare },
  });
  const reads = Object.entries(calls).filter(([action]) => /^(Describe|Get)/.test(action));
  // Not as counted: an attach may come too early for EC2, and is then made again.
  return new Map([...reads, ['CreateNetworkInterface', interfaces], ['AttachNetworkInterface', interfaces]]);
}

/**
 * What EC2's buckets let through no sooner, in ms: of the actions on the way, the largest of (calls − bucket) /
 * refill. Less is left of the refill where others use a share of it.
 */
export function bucketFloorMs(
  needed: ReadonlyMap<string, number>,
  nodes: number,
  { othersShare = 0 }: Partial<Surroundings>,
): number {
  const floors = [...needed].map(([action, calls]) => {
    const { size, refill } = rateOf(action, { MaxResults: '1000' });
    return (nodes * calls - size) / (refill * (1 - othersShare));
  });
  return 1000 * Math.max(0, ...floors);
}
