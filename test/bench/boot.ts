import { enterNamespace } from '../netns/namespace.ts';
import { readRounds } from './arguments.ts';
import { runAgent } from './boot/agent.ts';
import { checkAwsScript, runAwsScript } from './boot/aws-script.ts';
import { checkDone } from './boot/check-done.ts';
import { runLambda } from './boot/lambda.ts';
import { type BenchNode, startBenchNode } from './boot/node.ts';
import { bootReport, type Runs } from './boot/report.ts';
import { withProgram } from './program.ts';
import { progress } from './progress.ts';
import type { Report } from './report.ts';

export { bootPlot } from './boot/report.ts';

/** The slow ones run in every third round. */
const slowEvery = 3;

/**
 * One node, two ENIs, default configuration, EC2's latencies: the agent, a script of `aws` commands and the Lambda's
 * sequence, in turns, each on a node of its own with real links.
 */
export async function boot(args: readonly string[]): Promise<Report> {
  const rounds = readRounds(args, 9);
  await checkAwsScript();
  await enterNamespace(new URL('main.ts', import.meta.url).href);
  return await withProgram(async (program) => {
    const runs: Runs = { agent: [], chosenByEc2: [], firstFree: [], lambda: [] };
    for (let round = 0; round < rounds; round += 1) {
      progress(`boot: round ${round + 1} of ${rounds}`);
      runs.agent.push(await onNode((node) => runAgent(program, node)));
      if (round % slowEvery === 0) {
        runs.chosenByEc2.push(await onNode((node) => runAwsScript(node, false)));
        runs.firstFree.push(await onNode((node) => runAwsScript(node, true)));
        runs.lambda.push(await onNode((node) => runLambda(node)));
      }
    }
    return bootReport(runs);
  });
}

/** Each run has a node that nothing has touched, and the namespace for itself. */
async function onNode<T>(run: (node: BenchNode) => Promise<T>): Promise<T> {
  const node = await startBenchNode();
  try {
    const found = await run(node);
    await checkDone(node);
    return found;
  } finally {
    await node.close();
  }
}
