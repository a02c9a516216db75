import type { RunContext } from '../../agent/commands/run/context.ts';
import { messageOf } from '../../agent/failure.ts';
import { followCourse } from './course.ts';
import { Judge } from './judge.ts';
import { stateFault, sweptFault } from './judge-end.ts';
import { packingFault, promisesPacking } from './judge-packing.ts';
import { Life } from './life.ts';
import { Others } from './others.ts';
import { drawScenario } from './scenario/draw.ts';
import type { Scenario } from './scenario/model.ts';
import { buildScenery, type Scenery } from './scenery.ts';
import { listen } from './stage-hands.ts';
import { Story } from './story.ts';
import { sweepOnce } from './sweep-once.ts';
import { VirtualTime } from './virtual-time.ts';
import { Sky } from './weather.ts';

interface Simulation {
  seed: number;
  /** Which invariant broke; undefined if none did. */
  verdict: string | undefined;
  /** How it went, if it was to be told. */
  lines: readonly string[];
  /** What the seed came to, for whoever asks what was covered. */
  nodes: number;
  served: number;
  runs: number;
  writes: number;
  /** Whether it has shown how tightly addresses are packed. */
  isPacked: boolean;
  collisions: number;
}

interface SimulationOptions {
  isTold?: boolean;
  /** Whether a listing may show what is older than the one before it did. The facts do not say that EC2 does so. */
  wavers?: boolean;
  /** A fault in the agent, to see it found. */
  wrap?: (context: RunContext) => RunContext;
}

/** In ms: until no listing is behind, and nothing is on its way any more. */
const settlingMs = 60_000;

/** Tells the story of a seed, and looks for an invariant that breaks. */
export async function simulate(
  seed: number,
  { isTold = false, wavers = false, wrap }: SimulationOptions = {},
): Promise<Simulation> {
  const scenario = drawScenario(seed);
  const time = new VirtualTime();
  const story = new Story(time, isTold);
  const scenery = buildScenery(scenario, time);
  const judge = new Judge(scenery.region, story, scenario, scenery.homes.values());
  const others = new Others(scenery.region, story, judge, scenario.others);
  listen(scenery.region, { judge, others, story, sky: new Sky(scenario, wavers) });
  const lives = scenario.nodes.map((plan) => {
    const group = scenario.groups[plan.group];
    if (group === undefined) {
      throw new Error(`${plan.name} is of no group`);
    }
    return new Life({ scenery, story, judge, wrap }, plan, group);
  });
  introduce(scenario, story);
  try {
    await time.run(play(scenario, scenery, { lives, others, judge, story }), () => {
      if (judge.verdict !== undefined) {
        throw new Error(judge.verdict);
      }
    });
  } catch (error) {
    judge.breaks('the simulation', error instanceof Error ? `${error.stack}` : messageOf(error));
  }
  return {
    seed,
    verdict: judge.verdict,
    lines: story.lines,
    nodes: lives.length,
    served: lives.filter(({ state }) => state === 'settled').length,
    runs: lives.reduce((sum, life) => sum + life.runs, 0),
    writes: judge.writes,
    collisions: judge.collisions,
    isPacked: isPacked(scenario, judge),
  };
}

function isPacked(scenario: Scenario, { hasSeenFailure }: Judge): boolean {
  return promisesPacking(scenario) && !hasSeenFailure;
}

interface Cast {
  lives: readonly Life[];
  others: Others;
  judge: Judge;
  story: Story;
}

async function play(
  scenario: Scenario,
  { region, homes, neighbours }: Scenery,
  { lives, others, judge, story }: Cast,
): Promise<void> {
  const { world, time } = region;
  const { others: plans, seed, weather } = scenario;
  const [home = ''] = homes.values();
  const ops = world.launch({ type: 'm5.large', subnetId: home });
  await Promise.all([
    ...lives.map((life) => followCourse(life, time, weather.calmAt)),
    ...plans.map((plan) => others.act(plan, lives, ops.id)),
    time.sleep(weather.calmAt),
  ]);
  await time.sleep(settlingMs);
  const living = lives.filter(({ isAlive }) => isAlive);
  judge.isOver = true;
  for (const life of living.filter(({ state, hasNewDisk }) => hasNewDisk || state === 'unserved')) {
    await life.attempt();
  }
  await time.sleep(settlingMs);
  for (const life of living) {
    // One that never succeeded may keep what its next run would take up.
    const fault = life.state === 'settled' ? stateFault(world, life) : undefined;
    judge.breaks(life.plan.name, fault && `in the end ${fault}`);
  }
  judge.breaks('the group', isPacked(scenario, judge) ? packingFault(world, lives) : undefined);
  await sweepOnce(region, story.logOf('sweep'), { instanceId: ops.id, intervalMs: settlingMs, seed });
  await time.sleep(settlingMs);
  judge.breaks('sweep', sweptFault(world, neighbours));
  for (const life of living.filter(({ state }) => state === 'settled').slice(0, 3)) {
    const before = judge.writes;
    await life.attempt();
    judge.breaks(life.plan.name, judge.writes > before ? 'a further run changes something' : undefined);
    judge.breaks(life.plan.name, life.state === 'settled' ? undefined : 'a further run fails');
  }
}

function introduce(
  { seed, subnets, groups, nodes, settings, latency, weather }: Scenario,
  story: Story,
): void {
  const tell = (text: () => string) => story.tell('seed', text);
  tell(() => `${seed}: ${nodes.length} nodes, ${groups.length} groups`);
  tell(() => `settings ${JSON.stringify(settings)} latency ${JSON.stringify(latency)}`);
  tell(() => `weather ${JSON.stringify(weather)}`);
  for (const { id, zone, cidr, ipv6Cidr, reservations, occupants } of subnets) {
    tell(() => `${id} ${zone} ${JSON.stringify({ cidr, ipv6Cidr, reservations, occupants })}`);
  }
  for (const { type, tags, config } of groups) {
    tell(() => `group ${JSON.stringify({ type, tags, ...config })}`);
  }
}
