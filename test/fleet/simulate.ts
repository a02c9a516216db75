/** `npm run simulate`: tells the story of one seed, or hunts through many for an invariant that breaks. */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { simulate } from './simulation.ts';
import { type Outage, outageLines } from './watch/outages.ts';
import { simulateSeed } from './watch/simulation.ts';

const usage = `npm run simulate -- --seed SEED             tells the story of a seed
npm run simulate -- --seeds N [--from SEED] [--jobs N]  goes through that many seeds; exits 1 if an invariant breaks
With --wavers, listings may go back in time.
With --watch, of the NodePort watcher; with --nodes N, in calm worlds of that many nodes.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    step: { type: 'string' },
    wavers: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    nodes: { type: 'string' },
  },
});

const { wavers, watch } = values;
const nodes = values.nodes === undefined ? undefined : Number(values.nodes);

/** What the workers tell of a seed. */
interface Result {
  seed: number;
  verdict: string | undefined;
  /** To be summed up, each with its name. */
  counts: Record<string, number>;
  outages: Outage[];
}

if (values.seed !== undefined) {
  process.exitCode = await tell(Number(values.seed));
} else if (values.step !== undefined) {
  await work(Number(values.from), Number(values.seeds), Number(values.step));
} else if (values.seeds !== undefined) {
  process.exitCode = await hunt(Number(values.from), Number(values.seeds), Number(values.jobs));
} else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

async function tell(seed: number): Promise<number> {
  const { lines, verdict } = watch
    ? await simulateSeed(seed, { isTold: true, nodes })
    : await simulate(seed, { isTold: true, wavers });
  process.stdout.write(`${lines.join('\n')}\n`);
  process.stdout.write(verdict === undefined ? 'no invariant is broken\n' : `BROKEN: ${verdict}\n`);
  return verdict === undefined ? 0 : 1;
}

/** A worker's part: every so manieth seed. Each result goes to the parent. */
async function work(from: number, seeds: number, step: number): Promise<void> {
  for (let seed = from; seed < seeds; seed += step) {
    const result: Result = watch ? await watched(seed) : await booted(seed);
    process.send?.(result);
  }
}

async function booted(seed: number): Promise<Result> {
  const { verdict, nodes, served, runs, writes, isPacked } = await simulate(seed, { wavers });
  const counts = {
    nodes,
    'of them whole in the end': served,
    runs,
    writes,
    'seeds whose packing is judged': isPacked ? 1 : 0,
  };
  return { seed, verdict, counts, outages: [] };
}

async function watched(seed: number): Promise<Result> {
  const { plan, verdict, moves, calls, outages } = await simulateSeed(seed, { nodes });
  const counts = { nodes: plan.nodes, moves, 'calls to EC2': calls };
  return { seed, verdict, counts, outages: plan.isCalm && plan.nodes > 1 ? [...outages] : [] };
}

async function hunt(from: number, seeds: number, jobs: number): Promise<number> {
  const failed: number[] = [];
  let seen = 0;
  const sums: Record<string, number> = {};
  const outages: Outage[] = [];
  const startedAt = performance.now();
  const worker = (n: number) => {
    const span = ['--from', `${from + n}`, '--seeds', `${from + seeds}`, '--step', `${jobs}`];
    const ways = [...(wavers ? ['--wavers'] : []), ...(watch ? ['--watch'] : [])];
    const args = [...span, ...ways, ...(nodes === undefined ? [] : ['--nodes', `${nodes}`])];
    const child = fork(import.meta.filename, args);
    child.on('message', (result: Result) => {
      seen += 1;
      for (const [name, count] of Object.entries(result.counts)) {
        sums[name] = (sums[name] ?? 0) + count;
      }
      outages.push(...result.outages);
      if (result.verdict !== undefined) {
        failed.push(result.seed);
        const [first] = result.verdict.split('\n');
        process.stdout.write(
          `\r\u001b[K${first}\n  npm run simulate -- ${[...ways, ...(nodes === undefined ? [] : [`--nodes ${nodes}`]), '--seed'].join(' ')} ${result.seed}\n`,
        );
      }
      if (process.stderr.isTTY && seen % 20 === 0) {
        process.stderr.write(`\r\u001b[K${seen} of ${seeds} seeds, ${failed.length} failed`);
      }
    });
    return new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
  };
  // The workers end at it, and what they have found by then is told.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => undefined);
  }
  const codes = await Promise.all(Array.from({ length: jobs }, (_, n) => worker(n)));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const summary = Object.entries(sums).map(([name, count]) => `${count} ${name}`);
  process.stdout.write(`\r\u001b[K${seen} seeds in ${seconds} s: ${summary.join(', ')}\n`);
  for (const line of outageLines(outages)) {
    process.stdout.write(`${line}\n`);
  }
  process.stdout.write(
    failed.length === 0 ? 'no invariant is broken\n' : `failing seeds: ${failed.join(' ')}\n`,
  );
  return failed.length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
}
