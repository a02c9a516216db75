import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { enterNamespace } from '../netns/namespace.ts';
import { startNode } from '../netns/simulated-node.ts';
import { readRounds } from './arguments.ts';
import { measured, monotonicNow, needs } from './measured.ts';
import { withProgram } from './program.ts';
import { progress } from './progress.ts';
import type { Report } from './report.ts';
import { median, rounded } from './statistics.ts';

const aws = '/usr/bin/aws';
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** What was measured, in ms, each round anew. */
interface Times {
  nodeAlone: number[];
  firstImdsRequest: number[];
  firstEc2Request: number[];
  awsCall: number[];
}

/**
 * From exec to the first EC2 request of `run`, beside Node.js that does nothing and one whole call of `aws`, in turns. The
 * simulator answers at once.
 */
export async function start(args: readonly string[]): Promise<Report> {
  const rounds = readRounds(args, 21);
  await needs(aws, 'test/clients/install.sh');
  await enterNamespace(new URL('main.ts', import.meta.url).href);
  return await withProgram(async (program) => {
    const times: Times = { nodeAlone: [], firstImdsRequest: [], firstEc2Request: [], awsCall: [] };
    for (let round = 0; round < rounds; round += 1) {
      progress(`start: round ${round + 1} of ${rounds}`);
      times.nodeAlone.push(await wholeOf([process.execPath, '-e', '0'], { PATH }));
      const { imds, ec2 } = await firstRequests(program);
      times.firstImdsRequest.push(imds);
      times.firstEc2Request.push(ec2);
      times.awsCall.push(await awsCall());
    }
    return report(times);
  });
}

async function wholeOf(command: readonly [string, ...string[]], env: Record<string, string>) {
  const { startMs, endMs } = await measured(command, env);
  return endMs - startMs;
}

/** When the agent's first requests to IMDS and to EC2 are there; then it is killed. */
async function firstRequests([file, ...args]: readonly [string, ...string[]]) {
  const node = await startNode();
  const imds = Promise.withResolvers<number>();
  const ec2 = Promise.withResolvers<number>();
  const note = (message: unknown) => (isToEc2(message) ? ec2 : imds).resolve(monotonicNow());
  // As soon as the headers are there.
  subscribe('http.server.request.start', note);
  try {
    const startMs = monotonicNow();
    const agent = execa(file, [...args, '--root', node.root, 'run'], {
      env: { ...node.simulator.environment(node.node), PATH },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    const ended = agent.then(({ stderr }) => {
      throw new Error(`the agent ended before its first EC2 request:\n${stderr}`);
    });
    const ec2Ms = await Promise.race([ec2.promise, ended]);
    agent.kill('SIGKILL');
    await ended.catch(() => undefined);
    return { imds: (await imds.promise) - startMs, ec2: ec2Ms - startMs };
  } finally {
    unsubscribe('http.server.request.start', note);
    await node.close();
  }
}

/** EC2's are all POST, IMDS knows none. */
function isToEc2(message: unknown): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'request' in message &&
    message.request instanceof IncomingMessage &&
    message.request.method === 'POST'
  );
}

async function awsCall(): Promise<number> {
  const node = await startNode();
  // Nothing of the machine's own AWS configuration is to reach it.
  const home = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  try {
    const env = { ...node.simulator.environment(node.node), HOME: home, PATH, AWS_PAGER: '' };
    return await wholeOf([aws, 'ec2', 'describe-subnets', '--endpoint-url', node.simulator.ec2Url], env);
  } finally {
    await rm(home, { recursive: true });
    await node.close();
  }
}

function report({ nodeAlone, firstImdsRequest, firstEc2Request, awsCall }: Times): Report {
  const awsMs = median(awsCall);
  const line = (what: string, ms: readonly number[]) => [
    what,
    ms.length,
    rounded(median(ms)),
    rounded(Math.min(...ms)),
    rounded(Math.max(...ms)),
    rounded(median(ms) / awsMs, 3),
  ];
  return {
    name: 'start',
    columns: ['', 'runs', 'median ms', 'fastest', 'slowest', 'to one aws call'],
    rows: [
      line('node -e 0, whole', nodeAlone),
      line('agent, exec to first IMDS request', firstImdsRequest),
      line('agent, exec to first EC2 request', firstEc2Request),
      line('aws ec2 describe-subnets, whole', awsCall),
    ],
    figures: {
      firstRequestToAwsCall: rounded(median(firstEc2Request) / awsMs, 3),
      firstRequestMs: rounded(median(firstEc2Request), 1),
      firstImdsRequestMs: rounded(median(firstImdsRequest), 1),
      nodeAloneMs: rounded(median(nodeAlone), 1),
      awsCallMs: rounded(awsMs, 1),
    },
  };
}
