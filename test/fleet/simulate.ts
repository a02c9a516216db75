/** `npm run simulate`: tells the story of one seed, or hunts through many for an invariant that breaks. */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { simulate } from './simulation.ts';

const usage = `npm run simulate -- --seed SEED             tells the story of a seed
npm run simulate -- --seeds N [--from SEED] [--jobs N]  goes through that many seeds; exits 1 if an invariant breaks
With --wavers, listings may go back in time.
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    step: { type: 'string' },
    wavers: { type: 'boolean', default: false },
  },
});

const { wavers } = values;

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
  const { lines, verdict } = await simulate(seed, { isTold: true, wavers });
  process.stdout.write(`${lines.join('\n')}\n`);
  process.stdout.write(verdict === undefined ? 'no invariant is broken\n' : `BROKEN: ${verdict}\n`);
  return verdict === undefined ? 0 : 1;
}

/** A worker's part: every so manieth seed. Each result goes to the parent. */
async function work(from: number, seeds: number, step: number): Promise<void> {
  for (let seed = from; seed < seeds; seed += step) {
    const { lines: _, ...result } = await simulate(seed, { wavers });
    process.send?.(result);
  }
}

async function hunt(from: number, seeds: number, jobs: number): Promise<number> {
  const failed: number[] = [];
  const sums = { seeds: 0, nodes: 0, served: 0, runs: 0, writes: 0, packed: 0 };
  const startedAt = performance.now();
  const worker = (n: number) => {
    const span = ['--from', `${from + n}`, '--seeds', `${from + seeds}`, '--step', `${jobs}`];
    const args = wavers ? [...span, '--wavers'] : span;
    const child = fork(import.meta.filename, args);
    child.on('message', (result: Awaited<ReturnType<typeof simulate>>) => {
      sums.seeds += 1;
      for (const key of ['nodes', 'served', 'runs', 'writes'] as const) {
        sums[key] += result[key];
      }
      sums.packed += result.isPacked ? 1 : 0;
      if (result.verdict !== undefined) {
        failed.push(result.seed);
        const [first] = result.verdict.split('\n');
        process.stdout.write(`\r\u001b[K${first}\n  npm run simulate -- --seed ${result.seed}\n`);
      }
      if (process.stderr.isTTY && sums.seeds % 20 === 0) {
        process.stderr.write(`\r\u001b[K${sums.seeds} of ${seeds} seeds, ${failed.length} failed`);
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
  const { nodes, served, runs, writes, packed } = sums;
  process.stdout.write(
    `\r\u001b[K${sums.seeds} seeds in ${seconds} s: ${nodes} nodes, ${served} of them whole in the end, ${runs} runs, ${writes} writes; ${packed} seeds whose packing is judged\n`,
  );
  process.stdout.write(
    failed.length === 0 ? 'no invariant is broken\n' : `failing seeds: ${failed.join(' ')}\n`,
  );
  return failed.length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
}
