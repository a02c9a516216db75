import { type Loaded, loadConfig } from '../../config/load.ts';
import type { InterfaceConfig, NodePortConfig } from '../../config/model.ts';
import { ExitCode, Failure, messageOf } from '../../failure.ts';
import { imdsEndpoint } from '../../imds/endpoint.ts';
import { createImds } from '../../imds/imds.ts';
import type { Identity } from '../../imds/port.ts';
import type { Log } from '../../report/log.ts';
import { configure } from '../run/node.ts';
import type { Shell } from '../shell.ts';

/** IMDS of a node that has booted answers at once: how long to wait where it is needed, and where it is not. */
const patienceMs = { needed: 5_000, welcome: 1_000 };

/** From where subnets are looked at: a node, or a machine that is none. */
export interface Viewpoint {
  identity: Identity | undefined;
  region: string;
  nodeConfigs: Loaded['nodeConfigs'];
  /** The configuration's: none where there is no configuration. */
  interfaces: readonly InterfaceConfig[];
  /** Likewise. */
  nodePort: readonly NodePortConfig[];
}

/** A node. */
export interface NodeViewpoint extends Viewpoint {
  identity: Identity;
}

/** This node and its configuration. Throws a `Failure` where there is none (2), or it is wrong (3), or IMDS does not answer (8). */
export async function thisNode(shell: Shell, signal: AbortSignal): Promise<NodeViewpoint> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(patienceMs.needed)]);
  const identity = await shell.imds.identity(bound);
  const loaded = await configure(shell, bound);
  if (loaded.kind === 'none') {
    throw new Failure(
      ExitCode.usage,
      'there is no configuration here whose subnets could be drawn: name them, multus-bootstrap map subnet-0a1b2c3d4e5f60718',
    );
  }
  const { nodeConfigs, config } = loaded;
  return {
    identity,
    region: shell.env.AWS_REGION || identity.region,
    nodeConfigs,
    interfaces: config.interfaces,
    nodePort: config.nodePort,
  };
}

/**
 * The place from which subnets named by their ids are drawn: the environment's Region, and this node where it is one.
 * What cannot be had of the node is told in a note, and does without.
 */
export async function placeFor(shell: Shell, signal: AbortSignal): Promise<Viewpoint> {
  const { root, env, clock, random } = shell;
  // A machine that is no node need not read of each try to reach IMDS.
  const log: Log = { ...shell.log, info: () => undefined };
  const imds = createImds({ endpoint: imdsEndpoint(env), clock, random, log });
  const missing = credentialNames.filter((name) => !env[name]);
  const patience = missing.length > 0 ? patienceMs.needed : patienceMs.welcome;
  const bound = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const identity = await imds.identity(bound).catch((error: unknown) => {
    if (missing.length > 0) {
      throw notHere(missing, error);
    }
    return undefined;
  });
  let loaded: Loaded = { kind: 'none', nodeConfigs: [], warnings: [] };
  try {
    const userData = identity === undefined ? undefined : await imds.userData(bound);
    loaded = await loadConfig({ root, userData });
  } catch (error) {
    note(`drawn without within and podRange, since the configuration cannot be read: ${messageOf(error)}`);
  }
  const { interfaces, nodePort } =
    loaded.kind === 'config' ? loaded.config : { interfaces: [], nodePort: [] };
  if (identity === undefined) {
    const without = loaded.kind === 'none' ? ', within and podRange' : '';
    note(`no IMDS answers here: drawn without this node${without}`);
  }
  return {
    identity,
    region: env.AWS_REGION || (identity?.region ?? ''),
    nodeConfigs: loaded.nodeConfigs,
    interfaces,
    nodePort,
  };
}

/** What the environment must have where there is no IMDS to tell it. */
const credentialNames = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

function notHere(missing: readonly string[], cause: unknown): Failure {
  return new Failure(
    ExitCode.unreachable,
    `${messageOf(cause)}. On a machine that is no instance, set ${missing.join(', ')}: eval "$(aws configure export-credentials --format env)"`,
    { cause },
  );
}

function note(message: string): void {
  process.stderr.write(`note: ${message}\n`);
}
