import t from 'tap';
import { failedSeeds } from './failed-seeds.ts';
import { sabotages } from './sabotage.ts';
import { simulate } from './simulation.ts';

/** 400 seeds here; `npm run simulate -- --seeds N` for long hunts. */
const portions = 16;
const perPortion = 25;

/** How many seeds have shown how tightly addresses are packed. */
let packed = 0;

async function broken(seeds: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  for (const seed of seeds) {
    const { verdict, isPacked } = await simulate(seed);
    packed += isPacked ? 1 : 0;
    if (verdict !== undefined) {
      found.push(`npm run simulate -- --seed ${seed}: ${verdict}`);
    }
  }
  return found;
}

for (let portion = 0; portion < portions; portion += 1) {
  const first = 1 + portion * perPortion;
  t.test(`no invariant breaks: seeds ${first} to ${first + perPortion - 1}`, async (t) => {
    t.strictSame(await broken(Array.from({ length: perPortion }, (_, n) => first + n)), []);
  });
}

t.test('of these, one in ten and more has been judged for its packing', async (t) => {
  t.ok(packed > (portions * perPortion) / 10, `${packed}`);
});

for (const { seed, showed } of failedSeeds) {
  t.test(`seed ${seed}, which has shown: ${showed}`, async (t) => {
    t.strictSame(await broken([seed]), []);
  });
}

t.test('a seed tells the same story each time, and another one another', async (t) => {
  const [first, again, other] = await Promise.all(
    [31, 31, 32].map((seed) => simulate(seed, { isTold: true })),
  );
  t.ok((first?.lines.length ?? 0) > 100);
  t.strictSame(again?.lines, first?.lines);
  t.notSame(other?.lines, first?.lines);
});

for (const { name, wrap, verdict } of sabotages) {
  t.test(`an agent that ${name} is found out`, async (t) => {
    const verdicts: string[] = [];
    for (let seed = 1; seed <= 60 && !verdicts.some((each) => verdict.test(each)); seed += 1) {
      verdicts.push((await simulate(seed, { wrap })).verdict ?? 'nothing');
    }
    t.match(verdicts.at(-1), verdict, `after ${verdicts.length} seeds`);
  });
}
