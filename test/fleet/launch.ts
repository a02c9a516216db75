import type { RunContext } from '../../agent/commands/run/context.ts';
import type { Log } from '../../agent/report/log.ts';
import { FleetNode } from './node.ts';
import type { GroupPlan, NodePlan } from './scenario/model.ts';
import type { Scenery } from './scenery.ts';

/** Launches the instance of a node. */
export function launch(
  { region, homes }: Scenery,
  { zone, isPending, seed }: NodePlan,
  { type, tags, config }: GroupPlan,
  log: Log,
  wrap: ((context: RunContext) => RunContext) | undefined,
): FleetNode {
  const { id: instanceId } = region.world.launch({
    type,
    subnetId: homes.get(zone) ?? '',
    tags,
    state: isPending ? 'pending' : 'running',
  });
  return new FleetNode(region, {
    instanceId,
    config,
    seed,
    log,
    ...(wrap === undefined ? {} : { wrap }),
  });
}
