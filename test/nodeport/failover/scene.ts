import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { monotonicNow } from '../../bench/measured.ts';
import { addOutsideClient } from '../bench/client.ts';
import { createFabric, type Fabric } from '../bench/fabric.ts';
import { addNode, type BenchNode, subnets } from '../bench/node.ts';
import type { Answered } from './answers.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { type Cuts, createCuts } from './cuts.ts';
import { addMember, type Member, nodePort, type Program } from './member.ts';
import { createVpc, type Vpc } from './vpc.ts';

/** Nodes that carry one floating address, which the first of them holds, and a client that asks all the time. */
export interface Scene {
  fabric: Fabric;
  cuts: Cuts;
  vpc: Vpc;
  /** The holder's. */
  api: ApiServer;
  holder: Member;
  /** The other nodes. */
  candidates: readonly Member[];
  /** What the client has got so far. */
  answers: readonly Answered[];
  /** When the machine was too busy to let it ask. */
  stalls: readonly Stall[];
}

interface Stall {
  at: number;
  stalledMs: number;
}

export interface SceneOptions {
  nodes: number;
  version: 4 | 6;
  probesService: boolean;
  dropsAtOnce: boolean;
  program: Program;
  seed: number;
}

/** The floating address, by IP version. */
export const addresses = { 4: '10.0.4.201', 6: '2600:1f18:1:4::201' } as const;

/** From one question of the client to the next, and how long it waits for an answer, in ms. */
const asking = { every: 20, patience: 500 };

/** Resolves when all watchers know the holder and each other, and their probes have been answered. */
export async function createScene({
  nodes,
  version,
  dropsAtOnce,
  seed,
  ...options
}: SceneOptions): Promise<Scene> {
  const address = addresses[version];
  const fabric = await createFabric(Object.values(subnets).map(({ router }) => router));
  const cuts = await createCuts();
  const vpc = await createVpc(fabric, address, { seed, dropsAtOnce });
  const api = await startApiServer(tmpdir());
  // An ENI that is being plugged in is in the way of what is said of all.
  const machines: BenchNode[] = [];
  for (let number = 1; number <= nodes; number += 1) {
    machines.push(await addNode(fabric, number));
  }
  const members = await Promise.all(
    machines.map((node, index) => {
      const isHolder = index === 0;
      const prepare = isHolder ? api.writeKubeconfig : undefined;
      return addMember(fabric, vpc, node, { ...options, address, isHolder, prepare });
    }),
  );
  for (const member of members) {
    member.watch();
  }
  const [holder, ...candidates] = members;
  if (holder === undefined) {
    throw new Error('a scene has nodes');
  }
  const client = await addOutsideClient(fabric);
  await within(30_000, 'all watchers know what there is to know', async () => {
    const known = await Promise.all(members.map((each) => knows(each, holder, nodes)));
    return known.every(Boolean);
  }).catch((error: unknown) => {
    throw new Error(members.map((each) => each.journal()).join('\n'), { cause: error });
  });
  const { answers, stalls } = ask(client.name, address);
  await within(10_000, 'the client gets answers', () => answers.length > 20);
  return { fabric, cuts, vpc, api, holder, candidates, answers, stalls };
}

/** Whether a node's watcher knows of all nodes, and a candidate's has had its probes answered. */
async function knows(member: Member, holder: Member, nodes: number): Promise<boolean> {
  const [state] = (await member.state())?.addresses ?? [];
  return (
    state?.holder?.eniId === holder.eniId &&
    state.candidates.length === nodes &&
    (member === holder || (state.probes.length > 0 && state.probes.every(({ everAnswered }) => everAnswered)))
  );
}

/** Asks from that namespace, from now on. */
function ask(namespace: string, address: string): Pick<Scene, 'answers' | 'stalls'> {
  const answers: Answered[] = [];
  const stalls: Stall[] = [];
  const program = new URL('asker.ts', import.meta.url).pathname;
  const args = [program, address, nodePort, asking.every, asking.patience].map(String);
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said: Stall | { at: number; by: { at: string } } = JSON.parse(line);
    if ('by' in said) {
      answers.push({ at: said.at, node: said.by.at.replace(/pod\d+$/, '') });
    } else {
      stalls.push(said);
    }
  });
  return { answers, stalls };
}

/** Waits for what is true before so many ms have passed, or throws. */
export async function within(
  ms: number,
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const until = monotonicNow() + ms;
  while (!(await condition())) {
    if (monotonicNow() > until) {
      throw new Error(`not within ${ms / 1000} s: ${what}`);
    }
    await delay(50);
  }
}
