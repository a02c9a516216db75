import t from 'tap';
import { failedWatchSeeds } from './watch/failed-seeds.ts';
import { watchSabotages } from './watch/sabotage.ts';
import { watchScenarios } from './watch/scenarios.ts';
import { simulateSeed, simulateWatch } from './watch/simulation.ts';

/** 150 seeds here; `npm run simulate -- --watch --seeds N` for long hunts. */
const portions = 6;
const perPortion = 25;

async function broken(seeds: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  for (const seed of seeds) {
    const { verdict } = await simulateSeed(seed);
    if (verdict !== undefined) {
      found.push(`npm run simulate -- --watch --seed ${seed}: ${verdict}`);
    }
  }
  return found;
}

for (const { name, plan, moves, withinMs } of watchScenarios) {
  t.test(name, async (t) => {
    const simulation = await simulateWatch(plan);
    t.equal(simulation.verdict, undefined);
    const [least, most] = moves;
    t.ok(simulation.moves >= least && simulation.moves <= most, `${simulation.moves} moves`);
    const longest = Math.max(0, ...simulation.outages.map(({ ms }) => ms));
    t.ok(longest <= (withinMs ?? Number.POSITIVE_INFINITY), `${longest} ms without service`);
  });
}

for (let portion = 0; portion < portions; portion += 1) {
  const first = 1 + portion * perPortion;
  t.test(`no invariant breaks: seeds ${first} to ${first + perPortion - 1}`, async (t) => {
    t.strictSame(await broken(Array.from({ length: perPortion }, (_, n) => first + n)), []);
  });
}

for (const { seed, showed } of failedWatchSeeds) {
  t.test(`seed ${seed}, which has shown: ${showed}`, async (t) => {
    t.strictSame(await broken([seed]), []);
  });
}

t.test('a seed tells the same story each time, and another one another', async (t) => {
  const first = await simulateSeed(9, { isTold: true });
  const again = await simulateSeed(9, { isTold: true });
  const other = await simulateSeed(10, { isTold: true });
  t.ok(first.lines.length > 50);
  t.strictSame(again.lines, first.lines);
  t.notSame(other.lines, first.lines);
});

for (const { name, wrap, verdict, from = 1 } of watchSabotages) {
  t.test(`a watcher that ${name} is found out`, async (t) => {
    const verdicts: string[] = [];
    for (let seed = from; seed < from + 40 && !verdicts.some((each) => verdict.test(each)); seed += 1) {
      verdicts.push((await simulateSeed(seed, { wrap })).verdict ?? 'nothing');
    }
    t.match(verdicts.at(-1), verdict, `after ${verdicts.length} seeds`);
  });
}
