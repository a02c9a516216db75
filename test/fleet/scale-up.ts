import { actionLatencies, latencies } from '../bench/boot/latencies.ts';
import { Random } from '../simulator/model/random.ts';
import { type Happening, Region } from './region.ts';
import { callBeside } from './scale-up/other-callers.ts';
import { type Packing, PackingBook } from './scale-up/packing.ts';
import { byAgent, byLambda, fraction } from './scale-up/start.ts';
import { buildSite, groupTags, kindly, type Surroundings } from './scale-up/surroundings.ts';
import { VirtualTime } from './virtual-time.ts';

export interface ScaleUp {
  nodes: number;
  /** All within one second, or one every two seconds on average. */
  arrival: 'at once' | 'trickling';
  seed: number;
  /** Who claims: the agent's own code on each node, or the Lambda that it replaces. */
  by?: 'agent' | 'Lambda';
  surroundings?: Partial<Surroundings>;
}

/** A node whose interfaces are whole. */
export interface UpNode {
  /** When the agent, or the Lambda, started, and when it was done, in ms. */
  startedAt: number;
  gateAt: number;
  instanceId: string;
}

export interface ScaleUpResult {
  up: readonly UpNode[];
  /** Of the nodes that did not get there, why; but for those that died. */
  failures: readonly unknown[];
  /** How many died before they got there. */
  died: number;
  /** Calls that EC2 carried out or refused, by action; throttled ones apart. */
  calls: Readonly<Record<string, number>>;
  throttled: Readonly<Record<string, number>>;
  packing: Packing;
  /** From the first start to the last gate, in ms. */
  lastGateMs: number;
  region: Region;
}

const trickleMs = 2_000;

/** How long from the launch of an instance to the start of the agent, in ms. */
const bootMs = 12_000;

/** A killed node has died by then, in ms from its start. */
const deathMs = 30_000;

/** A node group scales up, in virtual time: each node has two ENIs to get. */
export async function scaleUp(given: ScaleUp): Promise<ScaleUpResult> {
  const surroundings = { ...kindly, ...given.surroundings };
  const time = new VirtualTime();
  const random = new Random(given.seed);
  const region = newRegion(time, random, surroundings);
  const site = buildSite(region.world, surroundings, random);
  const book = new PackingBook(
    region.world,
    site.zones.flatMap(({ workers }) => workers.flat()),
  );
  const { calls, throttled } = countCalls(region, book);
  const up: UpNode[] = [];
  const failures: unknown[] = [];
  let died = 0;
  const node = async (arrivesAt: number, n: number) => {
    await time.sleep(arrivesAt);
    const home = site.zones[n % site.zones.length]?.home.id ?? '';
    const tags = groupTags(surroundings, n);
    const { id: instanceId } = region.world.launch({ type: 'm5.xlarge', subnetId: home, tags });
    await time.sleep(given.by === 'Lambda' ? 0 : bootMs);
    const startedAt = time.now();
    const diesAfter = fraction(random) < surroundings.deathShare ? fraction(random) * deathMs : undefined;
    try {
      const way = given.by === 'Lambda' ? byLambda : byAgent;
      const outcome = await way(region, site, { instanceId, seed: random.next(), diesAfter });
      if (outcome === 'died') {
        died += 1;
      } else {
        up.push({ startedAt, gateAt: outcome.gateAt, instanceId });
        await outcome.finished;
      }
    } catch (error) {
      failures.push(error);
    }
  };
  const stop = callBeside(region, surroundings.othersShare);
  await time.run(Promise.all(arrivals(given, random).map(node)));
  stop();
  const started = Math.min(...up.map(({ startedAt }) => startedAt));
  const lastGateMs = Math.max(...up.map(({ gateAt }) => gateAt)) - started;
  return { up, failures, died, calls, throttled, packing: book.packing(), lastGateMs, region };
}

function newRegion(time: VirtualTime, random: Random, { launchLagMs }: Surroundings): Region {
  return new Region({
    time,
    seed: random.next(),
    deviceMs: latencies.device,
    attachMs: 2_000,
    consistencyMs: 500,
    eniQuota: 20_000,
    latency: (action) => (actionLatencies[action] ?? latencies.describe) * (0.9 + fraction(random) / 5),
    // Some at once, some late: as good a number as any is in the id.
    launchLagMs: (instanceId) => launchLagMs * (Number.parseInt(instanceId.slice(-4), 16) / 0xffff),
  });
}

function arrivals({ nodes, arrival }: ScaleUp, random: Random): number[] {
  let at = 0;
  return Array.from({ length: nodes }, () => {
    if (arrival === 'at once') {
      return fraction(random) * 1_000;
    }
    at -= Math.log(1 - fraction(random)) * trickleMs;
    return at;
  });
}

function countCalls(region: Region, book: PackingBook) {
  const calls: Record<string, number> = {};
  const throttled: Record<string, number> = {};
  region.onCall = ({ call: { action, params }, code }: Happening) => {
    const count = code === 'RequestLimitExceeded' ? throttled : calls;
    count[action] = (count[action] ?? 0) + 1;
    const { SubnetId, PrivateIpAddress } = params;
    if (action === 'CreateNetworkInterface' && code === undefined) {
      book.give(`${SubnetId}`, `${PrivateIpAddress}`);
    }
  };
  return { calls, throttled };
}
