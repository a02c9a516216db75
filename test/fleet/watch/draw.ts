import { Chance } from '../chance.ts';
import type { Mishap, PlannedMishap, WatchPlan } from './plan.ts';

export const ipv4Addresses = ['10.0.4.201', '10.0.4.202'];
export const ipv6Addresses = ['2600:1f18:47aa:bb04::c9', '2600:1f18:47aa:bb04::ca'];

/** What a calm world is judged by: one that needs no more than one move. */
const single: readonly Mishap[] = [
  'panic',
  'terminate',
  'stop',
  'hardReboot',
  'cleanStop',
  'cleanReboot',
  'drain',
  'cutLink',
  'killService',
  'isolate',
];

const any: readonly (readonly [weight: number, what: Mishap])[] = [
  ...single.map((what) => [2, what] as const),
  [1, 'hang'],
  [3, 'killWatcher'],
  [2, 'restartWatcher'],
  [3, 'loseEc2'],
  [3, 'loseGateway'],
  [3, 'partition'],
  [3, 'fullPartition'],
  [4, 'cutPair'],
  [3, 'flapPair'],
  [3, 'ec2Outage'],
  [2, 'throttle'],
  [3, 'join'],
];

/** From these a node does not come back, or a node more comes. */
const lasting: readonly Mishap[] = ['terminate', 'cleanStop', 'join'];

/**
 * A world of a seed: a third are calm.
 *
 * @param count of nodes: then a calm one
 */
export function drawWatchPlan(seed: number, count?: number): WatchPlan {
  const chance = new Chance(seed);
  const isCalm = chance.yes(0.35) || count !== undefined;
  const drawn = chance.weighted(
    [1, chance.between(1, 2)],
    [6, chance.between(2, 5)],
    [2, chance.between(6, 14)],
    [1, chance.between(15, 50)],
  );
  const nodes = count ?? drawn;
  const calmly = chance.pick(single);
  // A dead service shows only at a port.
  const probePort = chance.yes(0.5) || (isCalm && calmly === 'killService') ? 30080 : undefined;
  const calmAt = isCalm ? 150_000 : chance.between(3, 14) * 60_000;
  return {
    seed,
    isCalm,
    nodes,
    addresses: chance.weighted<readonly string[]>(
      [5, ipv4Addresses.slice(0, 1)],
      [2, ipv4Addresses],
      [2, ipv6Addresses.slice(0, 1)],
      [1, [...ipv4Addresses.slice(0, 1), ...ipv6Addresses.slice(0, 1)]],
    ),
    probePort,
    onPrimary: chance.yes(0.1),
    firstHolder: isCalm ? 'node' : chance.weighted([7, 'node'], [3, 'nobody'], [1, 'stranger']),
    network: {
      forbidsIcmp: !isCalm && chance.yes(0.2),
      loss: isCalm ? 0 : chance.weighted([6, 0], [2, 0.01], [1, 0.1]),
      hasMuteGateway: !isCalm && chance.yes(0.1),
      hasDeafGateway: !isCalm && new Chance(seed ^ 0xdeaf).yes(0.25),
      convergenceMs: chance.between(900, 1_400),
    },
    ec2: {
      latencyMs: chance.between(40, isCalm ? 150 : 500),
      slowShare: isCalm ? 0 : chance.weighted([3, 0], [1, 0.05]),
      consistencyMs: chance.weighted([2, 0], [2, chance.between(100, 1_000)], [isCalm ? 0 : 1, 5_000]),
      wavers: !isCalm && new Chance(seed ^ 0x3a7e).yes(0.25),
      imdsLagMs: chance.between(0, 5_000),
      troubleShare: isCalm ? 0 : chance.weighted([3, 0], [2, 0.02], [1, 0.15]),
    },
    clockSkewMs: chance.weighted([3, 500], [isCalm ? 0 : 1, 120_000]),
    mishaps: isCalm
      ? [drawMishap(chance, calmly, nodes, [70_000, 110_000])]
      : chance
          .some(chance.between(1, 9), () =>
            drawMishap(chance, chance.weighted(...any), nodes, [5_000, calmAt]),
          )
          .toSorted((a, b) => a.at - b.at),
    calmAt,
  };
}

function drawMishap(
  chance: Chance,
  what: Mishap,
  nodes: number,
  [first, last]: readonly [number, number],
): PlannedMishap {
  const forMs = chance.weighted(
    [2, chance.between(1_000, 8_000)],
    [3, chance.between(10_000, 90_000)],
    [2, chance.between(100_000, 300_000)],
  );
  return {
    at: chance.between(first, last),
    what,
    who: chance.weighted<'holder' | number>([2, 'holder'], [1, chance.between(0, nodes - 1)]),
    forMs: lasting.includes(what) || (mayStay(what) && chance.yes(0.4)) ? undefined : forMs,
  };
}

/** What nobody need ever mend: the other nodes go on. */
function mayStay(what: Mishap): boolean {
  return what === 'panic' || what === 'hang' || what === 'stop' || what === 'killService' || what === 'drain';
}
