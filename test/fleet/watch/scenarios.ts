import { ipv4Addresses, ipv6Addresses } from './draw.ts';
import type { PlannedMishap, WatchPlan } from './plan.ts';

/** A world that is told by name, and what must come of it. */
export interface WatchScenario {
  name: string;
  plan: WatchPlan;
  /** How often its address moves; more than these are too many. */
  moves: readonly [least: number, most: number];
  /** The longest time without service, in ms. Undefined: it depends. */
  withinMs?: number;
}

/** Three nodes, one address, all is well. */
export const calmPlan: WatchPlan = {
  seed: 1,
  isCalm: false,
  nodes: 3,
  addresses: ipv4Addresses.slice(0, 1),
  probePort: undefined,
  onPrimary: false,
  firstHolder: 'node',
  network: {
    forbidsIcmp: false,
    loss: 0,
    hasMuteGateway: false,
    hasDeafGateway: false,
    convergenceMs: 1_200,
  },
  ec2: { latencyMs: 120, slowShare: 0, consistencyMs: 500, wavers: false, imdsLagMs: 1_000, troubleShare: 0 },
  clockSkewMs: 200,
  mishaps: [],
  calmAt: 240_000,
};

const at = 90_000;
const dies: PlannedMishap = { at, what: 'panic', who: 'holder' };
const dead = 6_000;

function scenario(
  name: string,
  moves: readonly [number, number],
  mishaps: readonly PlannedMishap[],
  { withinMs, ...plan }: Partial<WatchPlan> & { withinMs?: number } = {},
): WatchScenario {
  return {
    name,
    moves,
    plan: { ...calmPlan, ...plan, mishaps },
    ...(withinMs === undefined ? {} : { withinMs }),
  };
}

export const watchScenarios: readonly WatchScenario[] = [
  scenario('nothing happens', [0, 0], []),
  scenario('holder killed', [1, 1], [dies], { withinMs: dead }),
  scenario('holder terminated', [1, 1], [{ at, what: 'terminate', who: 'holder' }], { withinMs: dead }),
  scenario(
    'holder stopped, and started again',
    [1, 1],
    [{ at, what: 'stop', who: 'holder', forMs: 60_000 }],
    {
      withinMs: dead,
    },
  ),
  scenario('holder rebooted without a word', [1, 1], [{ at, what: 'hardReboot', who: 'holder' }], {
    withinMs: dead,
  }),
  scenario('link cut', [1, 1], [{ at, what: 'cutLink', who: 'holder', forMs: 60_000 }], { withinMs: 5_000 }),
  scenario('service dead', [1, 1], [{ at, what: 'killService', who: 'holder' }], {
    probePort: 30080,
    withinMs: dead,
  }),
  scenario('processes of the holder stand still', [1, 1], [{ at, what: 'hang', who: 'holder' }], {
    probePort: 30080,
    withinMs: dead,
  }),
  scenario('clean stop', [1, 1], [{ at, what: 'cleanStop', who: 'holder' }], { withinMs: 1_000 }),
  scenario('clean reboot', [1, 1], [{ at, what: 'cleanReboot', who: 'holder' }], { withinMs: 1_000 }),
  scenario('drained', [1, 1], [{ at, what: 'drain', who: 'holder' }], { withinMs: 1_000 }),
  scenario(
    'all drained at once, and none goes',
    [0, 1],
    [0, 1, 2].map((who) => ({ at: at + who * 2_000, what: 'drain' as const, who, forMs: 120_000 })),
    { withinMs: 1_000 },
  ),
  scenario(
    'drained six times, then the holder dies',
    [7, 7],
    [...drains(6, 80_000), { at: at + 550_000, what: 'panic', who: 'holder' }],
    { nodes: 9, withinMs: dead, calmAt: 900_000 },
  ),
  ...[0, 1].map((who) =>
    scenario(
      `node ${who + 1} of two is drained, then the holder dies`,
      [1, 2],
      [{ at: 60_000, what: 'drain', who, forMs: 170_000 }, dies],
      { nodes: 2, withinMs: 10_000 },
    ),
  ),
  scenario(
    'drained, then its successor dies, where the router answers the holder alone',
    [2, 2],
    [...drains(1, 80_000), { ...dies, at: at + 100_000 }],
    { nodes: 2, network: { ...calmPlan.network, hasDeafGateway: true }, withinMs: dead },
  ),
  scenario('drained one after the other', [3, 3], drains(3, 40_000), { withinMs: 1_000 }),
  scenario(
    'EC2 down for a while, the holder too',
    [1, 1],
    [
      { at, what: 'ec2Outage', who: 0, forMs: 60_000 },
      { ...dies, at: at + 5_000 },
    ],
    {
      withinMs: 100_000,
    },
  ),
  scenario('EC2 down for a while', [0, 0], [{ at, what: 'ec2Outage', who: 0, forMs: 200_000 }]),
  scenario(
    'throttled',
    [1, 1],
    [
      { at, what: 'throttle', who: 0, forMs: 20_000 },
      { ...dies, at: at + 2_000 },
    ],
    {
      withinMs: 60_000,
    },
  ),
  scenario('three candidates at once', [1, 1], [dies], { nodes: 4, withinMs: dead }),
  scenario('full partition', [0, 3], [{ at, what: 'fullPartition', who: 'holder', forMs: 120_000 }], {
    nodes: 6,
  }),
  scenario('partition for an hour', [1, 8], [{ at, what: 'partition', who: 'holder', forMs: 3_600_000 }], {
    nodes: 6,
    calmAt: 3_700_000,
  }),
  scenario(
    'fight of two half-partitioned nodes',
    [4, 6],
    [{ at, what: 'flapPair', who: 'holder', forMs: 3_000_000 }],
    {
      nodes: 2,
      calmAt: 3_200_000,
    },
  ),
  scenario(
    'they fight until nobody may take any more, then the holder is stopped',
    [7, 7],
    [
      ...[0, 1, 2].map((who) => ({ at, what: 'flapPair' as const, who, forMs: 700_000 })),
      { at: 900_000, what: 'stop', who: 'holder' },
    ],
    { calmAt: 1_000_000, withinMs: 15_000 },
  ),
  scenario(
    'the service dies everywhere, and comes back but on the holder',
    [1, 1],
    [
      { at, what: 'killService', who: 'holder' },
      // By the seed the second of the three holds it.
      ...[0, 2].map((who) => ({ at, what: 'killService' as const, who, forMs: 300_000 })),
    ],
    { probePort: 30080, calmAt: 600_000, withinMs: 300_000 + dead },
  ),
  scenario('holder isolated, and back', [1, 1], [{ at, what: 'isolate', who: 'holder', forMs: 60_000 }], {
    withinMs: dead,
  }),
  scenario('holder without EC2', [0, 0], [{ at, what: 'loseEc2', who: 'holder', forMs: 120_000 }]),
  scenario('50 candidates', [1, 1], [dies], { nodes: 50, withinMs: dead }),
  scenario('50 candidates, ten of them killed', [2, 6], kills(10), { nodes: 50 }),
  scenario('IPv6', [1, 1], [dies], { addresses: ipv6Addresses.slice(0, 1), withinMs: dead }),
  scenario('IPv4 and IPv6', [1, 2], [dies], {
    addresses: [...ipv4Addresses.slice(0, 1), ...ipv6Addresses.slice(0, 1)],
  }),
  scenario('on the primary ENI', [1, 1], [dies], { onPrimary: true, withinMs: dead }),
  scenario('a holder that has never answered', [0, 0], [dies], {
    network: { ...calmPlan.network, forbidsIcmp: true },
  }),
  scenario('that holder, terminated', [1, 1], [{ at, what: 'terminate', who: 'holder' }], {
    network: { ...calmPlan.network, forbidsIcmp: true },
    withinMs: 120_000,
  }),
  scenario(
    'the holder’s watcher killed, and started',
    [0, 0],
    [{ at, what: 'killWatcher', who: 'holder', forMs: 2_000 }],
  ),
  scenario('a stranger holds it', [0, 0], [], { firstHolder: 'stranger' }),
  scenario('nobody holds it', [0, 0], [], { firstHolder: 'nobody' }),
];

function drains(count: number, everyMs: number): PlannedMishap[] {
  return Array.from({ length: count }, (_, n) => ({
    at: at + n * everyMs,
    what: 'drain',
    who: 'holder',
    forMs: everyMs / 2,
  }));
}

function kills(count: number): PlannedMishap[] {
  return Array.from({ length: count }, (_, n) => ({ at: at + n * 10_000, what: 'panic', who: 'holder' }));
}
