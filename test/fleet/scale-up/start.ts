import { silentLog } from '../../silent-log.ts';
import { Random } from '../../simulator/model/random.ts';
import { nodeConfig } from '../../unit/facts.ts';
import { FleetNode } from '../node.ts';
import type { Region } from '../region.ts';
import { invokeLambda } from './lambda.ts';
import { interfaces, type Site } from './surroundings.ts';

/** A node that starts. */
export interface Start {
  instanceId: string;
  seed: number;
  /** In ms from the start. */
  diesAfter: number | undefined;
}

export type Outcome = 'died' | { gateAt: number; finished: Promise<void> };

/** The agent's own code runs on the node. */
export async function byAgent(region: Region, site: Site, start: Start): Promise<Outcome> {
  const { instanceId, seed, diesAfter } = start;
  const { time, world } = region;
  const config = nodeConfig(
    ...Array.from({ length: interfaces }, (_, n) => ({
      name: `eth${n + 1}`,
      subnets: site.zones.flatMap(({ workers }) => workers[n] ?? []).map(({ id }) => id),
      securityGroups: [site.securityGroup],
    })),
  );
  const node = new FleetNode(region, { instanceId, config, seed, log: silentLog });
  const run = node.run();
  const death = diesAfter === undefined ? undefined : time.sleep(diesAfter).then(() => 'died' as const);
  const outcome = await (death === undefined ? run : Promise.race([run, death]));
  if (outcome === 'died') {
    node.kill();
    world.terminate(instanceId);
    return outcome;
  }
  return { gateAt: time.now(), finished: outcome.finished };
}

/** The Lambda is invoked for the node. Of an instance that it gives up the Auto Scaling group makes an end. */
export async function byLambda(region: Region, site: Site, { instanceId, seed }: Start): Promise<Outcome> {
  const { time, world } = region;
  const own = new Random(seed);
  const { zone } = world.instance(instanceId);
  const workers = site.zones.find(({ home }) => home.zone === zone)?.workers ?? [];
  let lastDevice = 0;
  region.plugs.set(instanceId, () => {
    lastDevice = time.now();
  });
  try {
    await invokeLambda(region, {
      instanceId,
      subnets: workers.flatMap(([first]) => first?.id ?? []),
      securityGroup: site.securityGroup,
      random: () => fraction(own),
    });
  } catch (error) {
    world.terminate(instanceId);
    throw error;
  }
  return { gateAt: Math.max(time.now(), lastDevice), finished: Promise.resolve() };
}

/** In [0, 1). */
export function fraction(random: Random): number {
  return random.next() / 2 ** 32;
}
