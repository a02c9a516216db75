import type { Chance } from '../chance.ts';
import type { Later, Mishap, Moment, NodePlan } from './model.ts';

/** How likely what is, in this story: in some nothing goes wrong at all. */
export interface Hardship {
  mishaps: number;
  deaths: number;
  later: number;
}

/** Draws the nodes: how many, when they arrive, and what becomes of them. */
export function drawNodes(
  chance: Chance,
  groups: number,
  zones: readonly string[],
  hardship: Hardship,
  count = drawCount(chance),
): NodePlan[] {
  const arrival = drawArrival(chance);
  return chance.some(count, (n) => ({
    name: `node-${n + 1}`,
    group: chance.between(0, groups - 1),
    zone: chance.pick(zones),
    arrivesAt: arrival(n),
    bootMs: chance.between(2_000, 20_000),
    isPending: chance.yes(0.2),
    mishaps: drawMishaps(chance, hardship),
    later: drawLater(chance, hardship),
    seed: chance.seed(),
  }));
}

function drawCount(chance: Chance): number {
  return chance.weighted(
    [25, 1],
    [35, chance.between(2, 4)],
    [28, chance.between(5, 12)],
    [12, chance.between(13, 40)],
  );
}

/** All in one second, one after the other, or in bursts. */
function drawArrival(chance: Chance): (nth: number) => number {
  const gapMs = chance.between(5_000, 60_000);
  const burst = chance.between(2, 8);
  return chance.weighted<(nth: number) => number>(
    [4, () => chance.between(0, 1_000)],
    [3, (nth) => nth * gapMs],
    [2, (nth) => Math.floor(nth / burst) * gapMs + chance.between(0, 500)],
    [2, () => chance.between(0, 180_000)],
  );
}

function drawMishaps(chance: Chance, { mishaps, deaths }: Hardship): Mishap[] {
  const count = chance.yes(mishaps) ? chance.weighted([6, 1], [3, 2], [2, 4]) : 0;
  const left = chance.some(
    count,
    (): Mishap => ({
      moment: drawMoment(chance),
      what: chance.weighted([8, 'kill'], [2, 'reboot'], [2, 'stop'], [0.5, 'newDisk']),
      pauseMs: chance.pick([100, 1_000, 5_000, 30_000, 300_000]),
    }),
  );
  const death: Mishap = { moment: drawMoment(chance), what: 'terminate', pauseMs: 0 };
  return chance.yes(deaths) ? [...left, death] : left;
}

function drawMoment(chance: Chance): Moment {
  const when = chance.pick(['before', 'after'] as const);
  return chance.weighted<Moment>(
    [4, { at: 'call', nth: chance.between(1, 22), when }],
    [3, { at: 'step', nth: chance.between(1, 14), when }],
    [3, { at: 'time', ms: chance.between(0, 20_000) }],
  );
}

function drawLater(chance: Chance, { later, deaths }: Hardship): Later[] {
  const count = chance.yes(later) ? chance.between(1, 2) : 0;
  const left = chance.some(
    count,
    (): Later => ({
      afterMs: chance.pick([0, 1_000, 60_000, 600_000]),
      what: chance.pick(['rerun', 'reboot', 'stop'] as const),
      pauseMs: chance.between(1_000, 60_000),
    }),
  );
  return chance.yes(deaths / 2)
    ? [...left, { afterMs: chance.between(0, 300_000), what: 'terminate', pauseMs: 0 }]
    : left;
}
