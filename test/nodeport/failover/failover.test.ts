/** What becomes of a floating address as things befall its holder. How fast it goes, `npm run -s bench -- failover` tells. */
import t from 'tap';
import { withProgram } from '../../bench/program.ts';
import { cases } from './cases.ts';
import { runCase } from './run-case.ts';
import { pace } from './vpc.ts';

await withProgram(async (program) => {
  const tests = cases
    .filter(({ isForBench }) => isForBench !== true)
    .map((each) => ({ ...each, played: () => runCase(each.name, 1, program) }));
  // Most of a case is waiting.
  t.jobs = 3;
  await Promise.all(
    tests.map(({ title, moves, handsOver = false, mayBeInVain = 2, played }) =>
      t.test(title, async (t) => {
        const outcome = await played();
        const { former, holders, answering } = outcome;
        t.equal(outcome.moves, moves, 'moves in EC2');
        t.ok(outcome.inVain <= mayBeInVain, `${outcome.inVain} calls in vain`);
        t.equal(holders.length, 1, `held by ${holders}`);
        t.equal(holders.includes(former), moves === 0, `first by ${former}, then by ${holders}`);
        if (moves > 0) {
          t.equal(outcome.movedBy === former, handsOver, `by ${outcome.movedBy}`);
        }
        t.same([answering], holders, 'who holds it answers');
        const [, convergence] = pace.convergenceMs;
        t.ok(outcome.doubleMs <= convergence, `two nodes answered for ${outcome.doubleMs} ms`);
        if (moves === 0) {
          t.ok(
            outcome.withoutMs < 5_000,
            `nothing interrupted it: ${outcome.withoutMs} ms without an answer`,
          );
        }
        if (!t.passing()) {
          t.comment(outcome.journal);
        }
      }),
    ),
  );
});
