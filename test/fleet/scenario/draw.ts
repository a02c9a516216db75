import { Chance } from '../chance.ts';
import { drawCalm, isCalm } from './calm.ts';
import { finals } from './finals.ts';
import { drawGroup } from './groups.ts';
import type { EniPlan, GroupPlan, Latency, NodePlan, Scenario, Weather } from './model.ts';
import { createLayout, drawNet, type Net } from './network.ts';
import { drawNodes, type Hardship } from './nodes.ts';
import { drawOthers } from './others.ts';

/** The story that a seed tells, the same each time. */
export function drawScenario(seed: number): Scenario {
  const chance = new Chance(seed);
  return isCalm(seed)
    ? { seed, ...drawRules(chance), ...drawCalm(chance), latency: drawLatency(chance) }
    : drawHard(seed, chance);
}

/** What may go wrong does, now and then. */
function drawHard(seed: number, chance: Chance): Scenario {
  const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'].slice(0, chance.weighted([6, 1], [2, 2], [2, 3]));
  const layout = createLayout();
  const nets: Net[] = [];
  for (let n = chance.weighted([5, 1], [5, 2]); n > 0; n -= 1) {
    nets.push(drawNet(chance, zones, layout, 1 + nets.flatMap(({ subnets }) => subnets).length));
  }
  const subnets = nets.flatMap((net) => net.subnets);
  const groups = chance.some(chance.weighted([8, 1], [2, 2]), (n) => drawGroup(chance, nets, n + 1));
  const isEasy = chance.yes(0.25);
  const hardship: Hardship = isEasy
    ? { mishaps: 0, deaths: 0, later: 0.2 }
    : {
        mishaps: chance.pick([0, 0.3, 0.7]),
        deaths: chance.pick([0, 0, 0.15, 0.4]),
        later: chance.pick([0, 0.3]),
      };
  const nodes = drawNodes(chance, groups.length, zones, hardship);
  const lastArrival = Math.max(...nodes.map(({ arrivesAt }) => arrivesAt));
  const weather = drawWeather(chance, isEasy, lastArrival);
  return {
    seed,
    ...drawRules(chance),
    throttles: chance.yes(0.5),
    launchLagMs: chance.pick([0, 0, 2_000, 20_000]),
    latency: drawLatency(chance),
    subnets,
    enis: drawEnis(chance, groups, nets, nodes),
    groups,
    nodes,
    weather,
    others: isEasy ? [] : drawOthers(chance, subnets.length, nodes.length, lastArrival + 90_000),
  };
}

/** How EC2 is. */
function drawRules(chance: Chance): Pick<Scenario, 'settings' | 'quirks'> {
  return {
    settings: drawSettings(chance),
    quirks: {
      deadToken: chance.pick(['answersWithDeadEni', 'createsAnew'] as const),
      addressInPrefixReservation: chance.pick(['refused', 'allowed'] as const),
      ipv6Taken: chance.pick([
        { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' },
        { code: 'InvalidParameterValue', message: '%s is already assigned.' },
      ]),
    },
  };
}

function drawSettings(chance: Chance): Scenario['settings'] {
  const delay = (most: number) =>
    chance.weighted([3, 0], [4, chance.between(0, most / 5)], [2, chance.between(0, most)]);
  return {
    consistencyMs: chance.weighted(
      [3, 0],
      [3, chance.between(50, 1_000)],
      [3, chance.between(1_000, 5_000)],
      [1, 10_000],
    ),
    imdsLagMs: 0,
    createMs: delay(2_000),
    attachMs: delay(10_000),
    deviceMs: delay(15_000),
    detachMs: delay(12_000),
    pendingMs: chance.between(1_000, 60_000),
  };
}

function drawLatency(chance: Chance): Latency {
  return {
    baseMs: chance.pick([5, 50, 250, 250, 1_000]),
    jitter: chance.pick([0, 0.1, 0.9]),
    slowShare: chance.pick([0, 0, 0.02]),
  };
}

function drawWeather(chance: Chance, isEasy: boolean, lastArrival: number): Weather {
  const share = isEasy ? 0 : chance.pick([0, 0, 0.02, 0.1, 0.3]);
  const isFinal = share === 0 && !isEasy && chance.yes(0.3);
  return {
    share,
    atMost: chance.pick([3, 30, 300]),
    calmAt: lastArrival + chance.between(10_000, 300_000),
    final: isFinal ? { ...chance.pick(finals), nodes: chance.pick([1, 0.5]) } : undefined,
    seed: chance.seed(),
  };
}

/** ENIs made beforehand for those interfaces that want such: too few, as many as are needed, or more. */
function drawEnis(
  chance: Chance,
  groups: readonly GroupPlan[],
  nets: readonly Net[],
  nodes: readonly NodePlan[],
): EniPlan[] {
  const share = chance.pick([0.6, 1, 1, 1.5]);
  const subnets = nets.filter(({ isIpv6Only }) => !isIpv6Only).flatMap((net) => net.subnets);
  return groups.flatMap(({ config }, group) =>
    config.interfaces.flatMap(({ existing }) =>
      zonesOf(nodes, group).flatMap(({ zone, count }) => {
        const subnetId = subnets.find((each) => each.zone === zone)?.id;
        return existing === undefined || subnetId === undefined
          ? []
          : { subnetId, count: Math.ceil(count * share), tags: existing.tags };
      }),
    ),
  );
}

function zonesOf(nodes: readonly NodePlan[], group: number): { zone: string; count: number }[] {
  const own = nodes.filter((each) => each.group === group);
  const zones = [...new Set(own.map(({ zone }) => zone))];
  return zones.map((zone) => ({ zone, count: own.filter((each) => each.zone === zone).length }));
}
