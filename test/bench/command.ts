import { writeFile } from 'node:fs/promises';
import { readRequest } from './arguments.ts';
import type { Bench } from './benches.ts';
import { thisMachine } from './machine.ts';
import { reportJson, reportText } from './report.ts';
import { UsageError } from './usage-error.ts';

const usage = 'npm run -s bench -- NAME [--json] [--svg FILE] [options of the bench]';

/** Where the command writes: the process's own streams, as a rule. */
interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** Runs the bench that `argv` names, and prints its report. Answers with the exit code. */
export async function command(
  argv: readonly string[],
  benches: Readonly<Record<string, () => Promise<Bench>>>,
  { out, err }: Output,
): Promise<number> {
  const names = Object.keys(benches);
  if (argv.length === 0) {
    out(`Usage: ${usage}\nNAME is one of:\n${names.map((name) => `  ${name}\n`).join('')}`);
    return 0;
  }
  try {
    const { name, json, svg, args } = readRequest(argv, names);
    const bench = await benches[name]?.();
    if (bench === undefined || (svg !== undefined && bench.plot === undefined)) {
      throw new UsageError(`${name} has no plot`);
    }
    const circumstances = { machine: thisMachine(), date: new Date() };
    const report = await bench.run(args);
    out((json ? reportJson : reportText)(report, circumstances));
    if (svg !== undefined && bench.plot !== undefined) {
      await writeFile(svg, bench.plot(report));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    err(`${error.message}\nUsage: ${usage}\n`);
    return 2;
  }
}
