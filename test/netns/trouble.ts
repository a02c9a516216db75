import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { type RunResult, readResult } from '../../agent/report/result.ts';
import { devices } from './devices.ts';
import { filesBelow } from './end-state.ts';
import { group, type NodeOptions, startNode, subnets, type TestNode } from './simulated-node.ts';

/** One interface, `eth1`, with a deadline that tests can wait for. */
export function eth1(more: object = {}, timeout = '10s') {
  return { timeout, interfaces: [{ name: 'eth1', subnets: [subnets.a], securityGroups: [group], ...more }] };
}

/** A node that goes with the test. */
export async function nodeFor(t: Test, options: NodeOptions): Promise<TestNode> {
  const node = await startNode(options);
  t.teardown(() => node.close());
  return node;
}

export interface Expected {
  exitCode: number;
  /** What the one message must tell: the thing and the remedy. */
  message: readonly (string | RegExp)[];
}

/** Runs the agent, and checks what a failure owes to whoever reads of it: one message, the same in the result. */
export async function fails(
  t: Test,
  node: TestNode,
  expected: Expected,
  env?: Record<string, string>,
): Promise<RunResult> {
  const outcome = await node.run(['run'], env);
  t.equal(outcome.exitCode, expected.exitCode, `exit code ${expected.exitCode}`, {
    journal: outcome.journal,
  });
  const result = await resultOf(node);
  t.match(result, { exitCode: expected.exitCode, gate: 'closed' });
  for (const each of expected.message) {
    t.match(result.message, each);
  }
  const errors = outcome.journal.match(/s {2}error: /g) ?? [];
  t.equal(errors.length, 1, 'one error in the journal', { journal: outcome.journal });
  t.ok(outcome.journal.includes(`error: ${result.message}\n`), 'the journal tells what the result tells');
  return result;
}

/** As `fails`, and nothing is left of the run: neither in EC2 nor on the host. */
export async function failsCleanly(
  t: Test,
  node: TestNode,
  expected: Expected,
  env?: Record<string, string>,
): Promise<RunResult> {
  const before = await traces(node);
  const result = await fails(t, node, expected, env);
  await leavesOnly(t, node, before);
  return result;
}

/** Waits until devices that EC2 takes away are gone, then compares. */
export async function leavesOnly(t: Test, node: TestNode, before: object): Promise<void> {
  const deadline = performance.now() + 5_000;
  const same = async () => isEqual(await traces(node), before);
  while (!(await same()) && performance.now() < deadline) {
    await delay(20);
  }
  t.same(await traces(node), before, 'nothing is left of the run');
}

/** All that a run could leave behind: ENIs, addresses, links, files. */
export async function traces(node: TestNode): Promise<object> {
  const { world } = node.simulator;
  return {
    enis: world.enis.map(({ id, addresses, ipv6Addresses, tags, attachment }) => {
      return { id, addresses, ipv6Addresses, tags, attachment };
    }),
    available: [...world.subnets.values()].map(({ id, pool, ipv6Pool }) => {
      return `${id}: ${pool.available}, ${ipv6Pool.available}`;
    }),
    devices: (await devices()).map(({ mac, name }) => `${mac} ${name}`),
    files: [...(await filesBelow(node.root)).keys()].filter(
      (path) => path !== 'run/multus-bootstrap/result.json',
    ),
  };
}

/** The result file, which every run leaves. */
export async function resultOf(node: TestNode): Promise<RunResult> {
  const last = await readResult(node.root);
  assert(last.state === 'read');
  return last.result;
}

/** Runs the agent, and checks that the trouble was overcome. */
export async function succeeds(t: Test, node: TestNode, env?: Record<string, string>): Promise<RunResult> {
  const outcome = await node.run(['run'], env);
  t.equal(outcome.exitCode, 0, 'exit code 0', { journal: outcome.journal });
  const result = await resultOf(node);
  t.match(result, { exitCode: 0, gate: 'open' });
  t.ok(
    node.enis().every((eni) => eni.attachment?.deleteOnTermination),
    'every ENI of ours is attached for good',
  );
  t.equal(node.enis().length, result.interfaces.length, 'no ENI is left over');
  for (const { name, mac } of result.interfaces) {
    t.ok(
      (await devices()).some((device) => device.name === name && device.mac === mac && device.up),
      `${name} is a link, and up`,
    );
  }
  return result;
}

function isEqual(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** An error of EC2, as the wire has it. */
export interface Ec2Answer {
  code: string;
  message: string;
  status?: number;
}

/** What every call may answer, and time heals. */
export const healing: readonly Ec2Answer[] = [
  { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 },
  { code: 'InternalError', message: 'An internal error has occurred', status: 500 },
  { code: 'Unavailable', message: 'The service is unavailable. Please try again shortly.', status: 503 },
  { code: 'RequestExpired', message: 'Request has expired.' },
  {
    code: 'AuthFailure',
    message: 'AWS was not able to validate the provided access credentials',
    status: 401,
  },
];

export const always = Number.POSITIVE_INFINITY;

/** The next calls of the action are answered so. */
export function order(node: TestNode, action: string, error: Ec2Answer, times = 1): void {
  node.simulator.faults.add({ action, times, kind: { error } });
}

/** The errors that the calls of an action were answered with. */
export function errorsOf(node: TestNode, action: string): (string | undefined)[] {
  return node.simulator.record.calls
    .filter((call) => call.action === action)
    .flatMap((call) => call.answer?.code ?? []);
}
