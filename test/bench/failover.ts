import { execa } from 'execa';
import type { Case } from '../nodeport/failover/case.ts';
import { cases } from '../nodeport/failover/cases.ts';
import type { Outcome } from '../nodeport/failover/outcome.ts';
import { runCase } from '../nodeport/failover/run-case.ts';
import { readRounds } from './arguments.ts';
import { failoverReport } from './failover/report.ts';
import { withProgram } from './program.ts';
import { progress } from './progress.ts';
import type { Report } from './report.ts';

/** Cases wait nearly all of their time. */
const atOnce = 2;

/** A run in which the machine did not let the client ask for longer than this, in ms, is made again, so many times. */
const disturbance = { ms: 200, times: 2 };

/** A floating address, and what befalls its holder, in turns: for how long nobody answers, and what EC2 was asked. */
export async function failover(args: readonly string[]): Promise<Report> {
  const rounds = readRounds(args, 5);
  await execa(new URL('../nodeport/install.sh', import.meta.url).pathname);
  const runs = new Map<Case, Outcome[]>(cases.map((each) => [each, []]));
  await withProgram(async (program) => {
    const waiting = Array.from({ length: rounds }, (_, round) =>
      cases.filter(({ isForBench }) => isForBench !== true || round === 0).map((each) => ({ each, round })),
    ).flat();
    const total = waiting.length;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { each, round } = next;
          progress(`failover: ${total - waiting.length} of ${total}: ${each.title}`);
          runs.get(each)?.push(await undisturbed(() => runCase(each.name, round + 1, program)));
        }
      }),
    );
  });
  return failoverReport(runs);
}

/** Of several tries the one that the machine disturbed least. */
async function undisturbed(run: () => Promise<Outcome>): Promise<Outcome> {
  let best = await run();
  for (let n = 0; n < disturbance.times && best.stalledMs > disturbance.ms; n += 1) {
    progress('failover: the machine was busy with something else: once more');
    const next = await run();
    best = next.stalledMs < best.stalledMs ? next : best;
  }
  return best;
}
