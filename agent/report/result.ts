import { readIfPresent, writeAtomically } from '../host/files.ts';
import { parseJsonObject } from '../host/json.ts';
import { paths } from '../host/paths.ts';

const schemaVersion = 1;

/** An interface that is whole; those that failed are told of in the run's message. */
export interface InterfaceResult {
  name: string;
  eniId: string;
  mac: string;
  /** The primary. */
  address: string | undefined;
  /** The first, where the ENI has one. */
  ipv6Address?: string;
  subnetId: string;
  deviceIndex: number;
  networkCard: number;
  outcome: 'created' | 'claimed' | 'adopted' | 'in place';
  /** The NodePort addresses that its link carries, where it has any. */
  nodePort?: string[];
}

/** What a run did, for `status` and for whoever looks after the node. */
export interface RunResult {
  instanceId: string;
  /** ISO 8601. */
  startedAt: string;
  finishedAt: string;
  /** By a clock that never steps, which the two times above may. */
  ms: number;
  exitCode: number;
  message: string;
  warnings: string[];
  /** EC2 calls made, by action. */
  ec2Calls: Record<string, number>;
  interfaces: InterfaceResult[];
  labels: Record<string, string>;
  gate: 'open' | 'closed';
  /** Only where the unit will be started again. */
  retry?: Retry;
}

/** How a failure that time can heal is tried again. */
export interface Retry {
  /** Such failures in a row, this one included. */
  failures: number;
  /** The pause is this long in seconds, to twice that. */
  fromSeconds: number;
}

/** There has been no run since the boot, or its result cannot be told, or here it is. */
export type LastResult =
  | { state: 'absent' }
  | { state: 'unreadable'; reason: string }
  | { state: 'read'; result: RunResult };

/** Atomic; throws a `Failure` (9). */
export async function writeResult(root: string, result: RunResult): Promise<void> {
  await writeAtomically(paths(root).result, `${JSON.stringify({ schemaVersion, ...result }, null, 2)}\n`);
}

/** Throws a `Failure` (9) if the file is there but the system does not let it be read. */
export async function readResult(root: string): Promise<LastResult> {
  const path = paths(root).result;
  const text = await readIfPresent(path);
  if (text === undefined) {
    return { state: 'absent' };
  }
  const json = parseJsonObject(text);
  if (json === undefined) {
    return { state: 'unreadable', reason: `${path} is not a JSON object` };
  }
  if (json.schemaVersion !== schemaVersion) {
    const reason = `${path} has schemaVersion ${json.schemaVersion}; this version reads ${schemaVersion}`;
    return { state: 'unreadable', reason };
  }
  if (!isResult(json)) {
    return { state: 'unreadable', reason: `${path} lacks fields of a result` };
  }
  return { state: 'read', result: json };
}

/** The file is the agent's own and written whole: what could be wrong with it is that something else wrote it. */
function isResult(json: object): json is RunResult {
  const types: Readonly<Record<Exclude<keyof RunResult, 'retry'>, string>> = {
    instanceId: 'string',
    startedAt: 'string',
    finishedAt: 'string',
    ms: 'number',
    exitCode: 'number',
    message: 'string',
    warnings: 'object',
    ec2Calls: 'object',
    interfaces: 'object',
    labels: 'object',
    gate: 'string',
  };
  const found = new Map<string, unknown>(Object.entries(json));
  return Object.entries(types).every(([name, type]) => typeof found.get(name) === type);
}
