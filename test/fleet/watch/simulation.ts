import { messageOf } from '../../../agent/failure.ts';
import { Story } from '../story.ts';
import { VirtualTime } from '../virtual-time.ts';
import { Director } from './director.ts';
import { drawWatchPlan } from './draw.ts';
import { WatchJudge } from './judge.ts';
import { Network } from './network.ts';
import type { Stage, Wrap } from './node.ts';
import { type Outage, Outages } from './outages.ts';
import type { WatchPlan } from './plan.ts';
import { play } from './play.ts';
import { buildSite } from './site.ts';

export interface WatchSimulation {
  plan: WatchPlan;
  /** Which invariant broke; undefined if none did. */
  verdict: string | undefined;
  lines: readonly string[];
  moves: number;
  outages: readonly Outage[];
  /** Calls to EC2 in all. */
  calls: number;
}

export interface WatchOptions {
  isTold?: boolean;
  /** A fault in the watcher, to see it found. */
  wrap?: Wrap;
}

/** Tells the story of a seed; with a number of nodes, that of a calm world. */
export function simulateSeed(
  seed: number,
  { nodes, ...options }: WatchOptions & { nodes?: number | undefined } = {},
): Promise<WatchSimulation> {
  return simulateWatch(drawWatchPlan(seed, nodes), options);
}

/** Plays a world of watchers, and looks for an invariant that breaks. */
export async function simulateWatch(
  plan: WatchPlan,
  { isTold = false, wrap = (context) => context }: WatchOptions = {},
): Promise<WatchSimulation> {
  const time = new VirtualTime();
  const story = new Story(time, isTold);
  const region = buildSite(plan, time);
  const judge = new WatchJudge(region, plan, story);
  const outages: Outages = new Outages(time, (address) => director.servant(address)?.canServe ?? false);
  const changed = () => outages.look(plan.addresses);
  const stage: Stage = { region, network: new Network(plan, time), plan, story, judge, wrap, changed };
  const director: Director = new Director(stage, outages);
  judge.nodes = director.nodes;
  region.world.dataPath.onReroute = changed;
  story.tell('seed', () => JSON.stringify(plan));
  try {
    await time.run(play(stage, director, outages), () => {
      if (judge.verdict !== undefined) {
        throw new Error(judge.verdict);
      }
    });
  } catch (error) {
    judge.breaks('the simulation', error instanceof Error ? `${error.stack}` : messageOf(error));
  }
  return {
    plan,
    verdict: judge.verdict,
    lines: story.lines,
    moves: judge.moves.length,
    outages: [...outages.all, ...outages.open],
    calls: [...judge.calls.values()].reduce((sum, { length }) => sum + length, 0),
  };
}
