import { enterNamespace } from '../netns/namespace.ts';
import { readRounds } from './arguments.ts';
import { type AgentRun, runAgent } from './boot/agent.ts';
import { startBenchNode } from './boot/node.ts';
import { withProgram } from './program.ts';
import { progress } from './progress.ts';
import type { Report } from './report.ts';
import { median, rounded } from './statistics.ts';
import { fill, type Holders, large, largeGroup } from './subnet-size/fill.ts';

const cases: readonly { inUse: number; holders: Holders }[] = [10, 1_000, 20_000].flatMap((inUse) =>
  (['pods', 'ENIs'] as const).map((holders) => ({ inUse, holders })),
);
type Case = (typeof cases)[number];

/** What a claim costs in a /16, by how many of its addresses are in use: one node, one ENI, EC2's latencies. */
export async function subnetSize(args: readonly string[]): Promise<Report> {
  const rounds = readRounds(args, 5);
  await enterNamespace(new URL('main.ts', import.meta.url).href);
  const runs = new Map<Case, AgentRun[]>(cases.map((each) => [each, []]));
  await withProgram(async (program) => {
    for (let round = 0; round < rounds; round += 1) {
      progress(`subnet-size: round ${round + 1} of ${rounds}`);
      for (const each of cases) {
        runs.get(each)?.push(await claim(program, each));
      }
    }
  });
  return report(runs);
}

async function claim(program: readonly [string, ...string[]], { inUse, holders }: Case): Promise<AgentRun> {
  const node = await startBenchNode({
    userData: { interfaces: [{ name: 'eth1', subnets: [large], securityGroups: [largeGroup] }] },
    primarySubnet: large,
    simulator: { eniQuota: 30_000 },
    world: (world) => fill(world, holders, inUse),
  });
  try {
    return await runAgent(program, node);
  } finally {
    await node.close();
  }
}

function report(runs: ReadonlyMap<Case, readonly AgentRun[]>): Report {
  const costs = [...runs].map(([{ inUse, holders }, of]) => ({
    inUse,
    holders,
    runs: of.length,
    calls: Math.max(...of.map(({ ec2Calls }) => ec2Calls)),
    ms: rounded(median(of.map(({ gateMs }) => gateMs))),
    cpuMs: rounded(median(of.map(({ cpuMs }) => cpuMs))),
    peakRssMb: rounded(median(of.map(({ peakRssMb }) => peakRssMb)), 1),
  }));
  const figures = costs.flatMap(({ inUse, holders, calls, ms, cpuMs }): [string, number][] => {
    const suffix = `${inUse}${holders === 'ENIs' ? 'Enis' : ''}`;
    return [
      [`calls${suffix}`, calls],
      [`ms${suffix}`, ms],
      [`cpuMs${suffix}`, cpuMs],
    ];
  });
  const ratio = (holders: Holders) => {
    const ms = (inUse: number) =>
      costs.find((each) => each.inUse === inUse && each.holders === holders)?.ms ?? Number.NaN;
    return rounded(ms(20_000) / ms(10), 3);
  };
  return {
    name: 'subnet-size',
    columns: ['in use', 'held by', 'runs', 'EC2 calls', 'ms to gate', 'CPU ms', 'peak MB'],
    rows: costs.map((each) => [
      each.inUse,
      each.holders,
      each.runs,
      each.calls,
      each.ms,
      each.cpuMs,
      each.peakRssMb,
    ]),
    figures: {
      ...Object.fromEntries(figures),
      ms20000To10: ratio('pods'),
      ms20000EnisTo10Enis: ratio('ENIs'),
    },
    notes: [
      'pods: an ENI has 32 addresses, a prefix of 16 among them. ENIs: each has one address, all packed at the ' +
        'start, which is the worst that the listing can be, and four times the quota of an account',
      'ms to gate has the simulator in it, which makes the XML on the same machine; CPU ms is the agent alone',
    ],
  };
}
