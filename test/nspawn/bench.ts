import assert from 'node:assert/strict';
import type { Test } from 'tap';
import { startNode, type TestNode } from '../netns/simulated-node.ts';
import { layers } from './layers.ts';
import { bootMachine, type Machine } from './machine.ts';
import { type UserDataOptions, userDataFor } from './user-data.ts';
import { waitFor } from './wait.ts';

/** A machine that boots on a simulated instance. */
export interface Bench extends Machine {
  node: TestNode;
  /** Properties of a unit, as `systemctl show` has them. */
  unit(name: string): Promise<Unit>;
  /** What kubelet was started with, each time. */
  kubeletStarts(): Promise<KubeletStart[]>;
  /** What the agent's unit has told the journal. */
  journal(): Promise<string>;
}

export interface Unit {
  ActiveState: string;
  SubState: string;
  Result: string;
  Job: string;
  MainPID: number;
  ExecMainStatus: number;
  ExecMainCode: number;
  /** In µs, of the machine's clock; 0: never. */
  ExecMainStartTimestampMonotonic: number;
  ExecMainExitTimestampMonotonic: number;
  AssertTimestampMonotonic: number;
  AssertResult: string;
}

export interface KubeletStart {
  /** In s, of the same clock. */
  monotonic: number;
  pid: number;
  args: string[];
  labels: Record<string, string> | null;
  taints: { key: string; effect: string }[] | null;
  links: { name: string; up: boolean; addresses: string[] }[];
}

export interface BenchOptions extends UserDataOptions {
  /** Makes the world as it is to be, before the machine boots. */
  arrange?: (node: TestNode) => void;
  files?: Readonly<Record<string, string>>;
  /** Paths that the image lacks. */
  absent?: readonly string[];
  /** The image as it was before the agent was installed. */
  isStock?: boolean;
}

/** Boots a machine that goes with the test. */
export async function boot(t: Test, options: BenchOptions): Promise<Bench> {
  const node = await startNode({
    userData: userDataFor(options),
    imds: { host: '169.254.169.254', port: 80 },
  });
  t.teardown(() => node.close());
  options.arrange?.(node);
  const machine = await bootMachine(
    layers().slice(options.isStock ? 1 : 0),
    { ...files(node), ...options.files },
    options.absent,
  );
  t.teardown(() => machine.stop());
  return {
    ...machine,
    node,
    unit: (name) => showUnit(machine, name),
    async kubeletStarts() {
      const text = (await machine.read('/var/log/kubelet-starts.jsonl')) ?? '';
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
    journal: async () =>
      (await machine.run('journalctl', '--unit=multus-bootstrap', '--output=cat', '--no-pager')).output,
  };
}

/** Where EC2 is; the primary interface, which DHCP would configure; and what would make a test wait. */
function files({ simulator, node }: TestNode): Record<string, string> {
  const environment = `AWS_ENDPOINT_URL_EC2=${simulator.ec2Url}\n`;
  return {
    '/etc/test-machine/environment': environment,
    '/etc/multus-bootstrap/environment': environment,
    '/usr/lib/systemd/network/05-primary.network': `[Match]\nName=ens5\n[Network]\nAddress=${node.primaryEni.addresses[0]}/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n`,
    '/etc/systemd/system/multus-bootstrap.service.d/50-bench.conf': '[Service]\nRestartSec=500ms\n',
    '/etc/systemd/system/kubelet.service.d/50-bench.conf': '[Service]\nRestartSec=100ms\n',
  };
}

async function showUnit(machine: Machine, name: string): Promise<Unit> {
  const { output } = await machine.run('systemctl', 'show', `${name}.service`);
  const properties = new Map(
    output
      .split('\n')
      .map((line): [string, string] => [line.split('=', 1)[0] ?? '', line.replace(/^[^=]*=/, '')]),
  );
  const text = (property: string) => properties.get(property) ?? '';
  const number = (property: string) => Number(text(property));
  return {
    ActiveState: text('ActiveState'),
    SubState: text('SubState'),
    Result: text('Result'),
    Job: text('Job'),
    MainPID: number('MainPID'),
    ExecMainStatus: number('ExecMainStatus'),
    ExecMainCode: number('ExecMainCode'),
    ExecMainStartTimestampMonotonic: number('ExecMainStartTimestampMonotonic'),
    ExecMainExitTimestampMonotonic: number('ExecMainExitTimestampMonotonic'),
    AssertTimestampMonotonic: number('AssertTimestampMonotonic'),
    AssertResult: text('AssertResult'),
  };
}

/** The kubelet that runs, started after those already known. */
export async function runningKubelet(bench: Bench, known = 0): Promise<KubeletStart> {
  return waitFor('kubelet to run', async () => {
    const starts = await bench.kubeletStarts();
    const last = starts.at(-1);
    const { ActiveState, MainPID } = await bench.unit('kubelet');
    return starts.length > known && ActiveState === 'active' && MainPID === last?.pid ? last : undefined;
  }).catch((error: Error) => tellMore(bench, error));
}

/** What had happened by then. */
export async function tellMore(bench: Bench, error: Error): Promise<never> {
  const { output } = await bench.run(
    'journalctl',
    '--boot',
    '--output=short-monotonic',
    '--no-pager',
    '--lines=150',
  );
  const jobs = await bench.run('systemctl', 'list-jobs', '--no-pager');
  assert.fail(`${error.message}\n${output}\n${jobs.output}`);
}

/** An end of the agent's unit: when, in s of the machine's clock, and how. */
export interface End {
  monotonic: number;
  result: 'done' | 'failed';
}

/** The ends of the agent's unit so far, by systemd's own word in the journal. */
export async function agentEnds(bench: Bench): Promise<End[]> {
  const { output } = await bench.run('journalctl', '--unit=multus-bootstrap', '--output=json', '--no-pager');
  const entries: { JOB_TYPE?: string; JOB_RESULT?: End['result']; __MONOTONIC_TIMESTAMP: string }[] = output
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return entries.flatMap(({ JOB_TYPE: type, JOB_RESULT: result, __MONOTONIC_TIMESTAMP: at }) =>
    result === undefined || type !== 'start' ? [] : [{ result, monotonic: Number(at) / 1e6 }],
  );
}

/** Waits until the unit has come to its end for the first time. */
export async function agentHasEnded(bench: Bench): Promise<Unit> {
  return waitFor('the agent to end', async () => {
    const unit = await bench.unit('multus-bootstrap');
    return ['active', 'failed'].includes(unit.ActiveState) ? unit : undefined;
  }).catch((error: Error) => tellMore(bench, error));
}

/** Waits until the unit has been started and found the gate closed. */
export async function isTurnedAway(bench: Bench, name: string): Promise<void> {
  await waitFor(`${name} to be turned away`, async () => {
    const { AssertTimestampMonotonic, AssertResult } = await bench.unit(name);
    return AssertTimestampMonotonic > 0 && AssertResult === 'no' ? true : undefined;
  }).catch((error: Error) => tellMore(bench, error));
}
