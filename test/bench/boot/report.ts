import { type Bar, barChart } from '../bar-chart.ts';
import type { Report } from '../report.ts';
import { median, rounded } from '../statistics.ts';
import type { AgentRun } from './agent.ts';
import type { ScriptRun } from './aws-script.ts';
import type { BeyondFloor } from './beyond-floor.ts';
import { type LambdaRun, sleeps } from './lambda.ts';
import { floorMs, imdsRequests, latencies } from './latencies.ts';

/** What was run, by kind. */
export interface Runs {
  agent: AgentRun[];
  /** The `aws` script, with addresses that EC2 chooses. */
  chosenByEc2: ScriptRun[];
  /** The same, at the first free addresses. */
  firstFree: ScriptRun[];
  lambda: LambdaRun[];
}

/** A line of the table: from which runs, and which time of theirs. */
interface Line {
  what: string;
  ms: readonly number[];
  ec2Calls: readonly number[];
  cpuMs: readonly number[];
  peakRssMb: readonly number[];
}

const columns = ['', 'runs', 'median ms', 'fastest', 'slowest', 'to agent', 'EC2 calls', 'CPU ms', 'peak MB'];

export function bootReport(runs: Runs): Report {
  const agent = lineOf('agent, exec to open gate', runs.agent, ({ gateMs }) => gateMs);
  const lines = [
    agent,
    lineOf('agent, exec to its end', runs.agent, ({ wholeMs }) => wholeMs),
    lineOf('aws script, EC2 chooses', runs.chosenByEc2, ({ wholeMs }) => wholeMs),
    lineOf('aws script, first free', runs.firstFree, ({ wholeMs }) => wholeMs),
    lineOf('Lambda, its calls alone', runs.lambda, ({ callsMs }) => callsMs),
    lineOf('Lambda and user data', runs.lambda, ({ wholeMs }) => wholeMs),
  ];
  const agentMs = median(agent.ms);
  const toAgent = (ms: readonly number[]) => rounded(median(ms) / agentMs, 3);
  return {
    name: 'boot',
    columns,
    rows: [
      ['floor', '', floorMs, '', '', rounded(floorMs / agentMs, 3), '', '', ''],
      ...lines.map(({ what, ms, ec2Calls, cpuMs, peakRssMb }) => [
        what,
        ms.length,
        rounded(median(ms)),
        rounded(Math.min(...ms)),
        rounded(Math.max(...ms)),
        toAgent(ms),
        Math.max(...ec2Calls),
        cpuMs.length > 0 ? rounded(median(cpuMs)) : '',
        peakRssMb.length > 0 ? rounded(median(peakRssMb), 1) : '',
      ]),
    ],
    figures: {
      agentToFloor: rounded(agentMs / floorMs, 3),
      ec2Calls: Math.max(...agent.ec2Calls),
      awsScriptToAgent: toAgent(runs.chosenByEc2.map(({ wholeMs }) => wholeMs)),
      awsFirstFreeToAgent: toAgent(runs.firstFree.map(({ wholeMs }) => wholeMs)),
      lambdaToAgent: toAgent(runs.lambda.map(({ wholeMs }) => wholeMs)),
      lambdaCallsToAgent: toAgent(runs.lambda.map(({ callsMs }) => callsMs)),
      cpuMs: rounded(median(agent.cpuMs)),
      peakRssMb: rounded(median(agent.peakRssMb), 1),
    },
    notes: notes(runs.agent),
  };
}

function lineOf<Run extends { ec2Calls: number; cpuMs?: number; peakRssMb?: number }>(
  what: string,
  runs: readonly Run[],
  ms: (run: Run) => number,
): Line {
  return {
    what,
    ms: runs.map(ms),
    ec2Calls: runs.map(({ ec2Calls }) => ec2Calls),
    cpuMs: runs.flatMap(({ cpuMs }) => cpuMs ?? []),
    peakRssMb: runs.flatMap(({ peakRssMb }) => peakRssMb ?? []),
  };
}

function notes(runs: readonly AgentRun[]): string[] {
  const { imds, describe, create, device, attach, modify } = latencies;
  const parts = (['start', 'describes', 'plan', 'attach', 'device', 'gate'] as const).map(
    (part: keyof BeyondFloor) => `${part} ${median(runs.map((run) => run.beyondFloor[part])).toFixed(1)}`,
  );
  return [
    `floor: ${imdsRequests} × IMDS ${imds} + describe ${describe} + create ${create} + device ${device}, counted from ` +
      `the attach's effect, with its answer (${attach}) and DeleteOnTermination (${modify}) beside it`,
    `the agent beyond the floor, median ms: ${parts.join(', ')}`,
    `Lambda's sleeps, as in the original: ${sleeps.afterCreate} ms between create and attach, and the user data's ` +
      `${sleeps.userData} ms, which begin with the first call`,
    'aws script: awsScriptToAgent is the one whose addresses EC2 chooses, awsFirstFreeToAgent does what the agent does',
  ];
}

/** The medians, as bars. */
export function bootPlot({ columns: titles, rows }: Report): string {
  const at = titles.indexOf('median ms');
  const bars: Bar[] = rows.map((row) => ({ label: String(row[0]), value: Number(row[at]) }));
  return barChart('One node, two ENIs: until kubelet may start', 'ms', bars);
}
