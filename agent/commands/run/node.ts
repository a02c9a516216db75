import { type Config, type Loaded, loadConfig, loadFiles } from '../../config/load.ts';
import { type NodeConfig, toNodeConfig } from '../../config/model.ts';
import { proxyEnvironment } from '../../config/proxy.ts';
import { specSchema } from '../../config/schema.ts';
import { createDeadline, type Deadline } from '../../deadline.ts';
import { createEc2, type Ec2Connection } from '../../ec2/ec2.ts';
import { kubeletHasStarted } from '../../host/gate.ts';
import type { Identity } from '../../imds/port.ts';
import type { Shell } from '../shell.ts';
import { createClaims } from './claims.ts';
import type { RunContext } from './context.ts';

/** The deadline until the user data's is known, unless the image's files set one: `timeout`'s default. */
const defaultTimeoutMs = 600_000;

/** The deadline for everything up to the configuration. */
export async function firstDeadline({ root, clock }: Shell): Promise<Deadline> {
  // Faults in the files are told when the whole configuration is read.
  const { timeoutMs } = await loadFiles(root).catch(() => ({ timeoutMs: defaultTimeoutMs }));
  return deadlineAt(clock, timeoutMs);
}

/** The configured deadline, counted from the start of the process. */
export function deadlineAt(clock: Shell['clock'], timeoutMs: number): Deadline {
  return createDeadline(clock, timeoutMs, `the deadline of ${timeoutMs / 1000} s (spec.timeout)`);
}

/** The configuration, from the image's files and the user data. */
export async function configure({ root, imds }: Shell, signal: AbortSignal): Promise<Loaded> {
  return loadConfig({ root, userData: await imds.userData(signal) });
}

/** What a node is to have of which nothing is configured. */
export function emptyConfig(): NodeConfig {
  return toNodeConfig(specSchema.parse({}));
}

/** EC2, reached as the environment and the node's own NodeConfig say. */
export function connect(
  { env, imds, clock, log }: Shell,
  { region }: Pick<Identity, 'region'>,
  { nodeConfigs }: Pick<Loaded, 'nodeConfigs'>,
): Ec2Connection {
  return createEc2({
    region,
    env,
    proxyEnv: { ...proxyEnvironment(nodeConfigs), ...env },
    imds,
    clock,
    log,
  });
}

/** What the steps of a run work with, until the signal aborts. */
export function runContext(
  { root, host, clock, random, log }: Shell,
  ec2: Ec2Connection,
  instance: Identity,
  { config }: Pick<Config, 'config'>,
  signal: AbortSignal,
): RunContext {
  return {
    ec2,
    host,
    clock,
    wallClock: Date.now,
    random,
    log,
    config,
    instance,
    signal,
    claims: createClaims(),
    kubeletHasRun: () => kubeletHasStarted(root),
  };
}
