import { createDeadline } from '../../deadline.ts';
import { ExitCode, messageOf } from '../../failure.ts';
import { readIfPresent } from '../../host/files.ts';
import { paths } from '../../host/paths.ts';
import type { Identity } from '../../imds/port.ts';
import { parseSetup, readSetup } from '../../nodeport/setup-file.ts';
import { type NodePortStatus, nodePortStatus } from '../../report/node-port-status.ts';
import { nodePortText } from '../../report/node-port-text.ts';
import { configure } from '../run/node.ts';
import { createShell, type Shell } from '../shell.ts';
import { ec2Context } from '../status/ec2-context.ts';
import { lookAtNodePort } from './look.ts';

/** Someone waits at a terminal, perhaps because EC2 does not answer. */
const patienceMs = 15_000;

/** Prints who holds this node's NodePort addresses, and what its watcher knows of them; changes nothing. */
export async function status({ root, json }: { root: string; json: boolean }): Promise<ExitCode> {
  const shell = createShell(root);
  const seen = await look(shell).finally(() => shell.log.progress(''));
  process.stdout.write(json ? `${JSON.stringify(seen, null, 2)}\n` : nodePortText(seen, Date.now()));
  return ExitCode.done;
}

/** What is broken must not keep the rest from being seen: it is told of in `unknown`. */
async function look(shell: Shell): Promise<NodePortStatus> {
  const { root, imds, clock } = shell;
  const limit = `the ${patienceMs / 1000} s that status waits`;
  using deadline = createDeadline(clock, clock.now() + patienceMs, limit);
  const { signal } = deadline;
  let identity: Identity;
  try {
    identity = await imds.identity(signal);
  } catch (error) {
    return withoutImds(root, error);
  }
  const { instanceId } = identity;
  const setup = (await readSetup(root, instanceId)) ?? { instanceId, links: [] };
  const unknown: string[] = [];
  const tolerating = <T>(what: string, promise: Promise<T>): Promise<T | undefined> =>
    promise.catch((error: unknown) => {
      unknown.push(`${what}: ${messageOf(error)}`);
      return undefined;
    });
  const loaded = await tolerating('the configuration', configure(shell, signal));
  const context = await tolerating('EC2', ec2Context(shell, identity, loaded, signal));
  const seen = await lookAtNodePort(root, setup, context);
  const configured = loaded?.kind === 'config' ? loaded.config.nodePort : loaded && [];
  return nodePortStatus({ ...seen, unknown: [...unknown, ...seen.unknown] }, configured);
}

/** What the last run's setup, the watcher and the OS tell. Throws the error again where there is no such setup. */
async function withoutImds(root: string, error: unknown): Promise<NodePortStatus> {
  const setup = parseSetup((await readIfPresent(paths(root).nodePort)) ?? '');
  if (setup === undefined) {
    throw error;
  }
  const seen = await lookAtNodePort(root, setup, undefined);
  const reason = `IMDS, and so neither the configuration nor EC2: ${messageOf(error)}`;
  return nodePortStatus({ ...seen, unknown: [reason, ...seen.unknown] });
}
