import { parseArgs } from 'node:util';
import { type Case, runCase, sizes } from './fleet/case.ts';
import { fleetReport } from './fleet/report.ts';
import { worlds } from './fleet/worlds.ts';
import { worldsReport } from './fleet/worlds-report.ts';
import { progress } from './progress.ts';
import type { Report } from './report.ts';
import { UsageError } from './usage-error.ts';

export { fleetPlot } from './fleet/plot.ts';

/** In a world less kind, unless --nodes says otherwise. */
const nodesInWorlds = 200;

/** A node group scales up, in virtual time, under EC2's documented token buckets: the agent, and the Lambda. */
export async function fleet(args: readonly string[]): Promise<Report> {
  const { nodes, inWorlds } = readOptions(args);
  if (inWorlds) {
    const cases = worlds.map(
      (world): Case => ({
        ...world,
        nodes: nodes ?? nodesInWorlds,
        arrival: 'at once',
        by: 'agent',
      }),
    );
    return worldsReport(await runAll(cases));
  }
  const cases = (nodes === undefined ? sizes : [nodes]).flatMap((each) =>
    (['at once', 'trickling'] as const).flatMap((arrival) =>
      (['agent', 'Lambda'] as const).map((by): Case => ({ nodes: each, arrival, by })),
    ),
  );
  return fleetReport(await runAll(cases));
}

async function runAll(cases: readonly Case[]) {
  const results = [];
  for (const each of cases) {
    progress(`fleet: ${each.nodes} nodes ${each.arrival}, ${each.world ?? each.by}`);
    results.push({ ...each, runs: await runCase(each) });
  }
  return results;
}

function readOptions(args: readonly string[]): { nodes: number | undefined; inWorlds: boolean } {
  try {
    const options = { nodes: { type: 'string' }, worlds: { type: 'boolean' } } as const;
    const { nodes, worlds: inWorlds = false } = parseArgs({ args: [...args], options }).values;
    if (nodes !== undefined && !/^[1-9]\d{0,3}$/.test(nodes)) {
      throw new UsageError('--nodes must be a whole number from 1 to 9999');
    }
    return { nodes: nodes === undefined ? undefined : Number(nodes), inWorlds };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
