import { createDeadline } from '../../deadline.ts';
import { ExitCode, messageOf } from '../../failure.ts';
import { readSetup } from '../../nodeport/setup-file.ts';
import { type NodePortStatus, nodePortStatus } from '../../report/node-port-status.ts';
import { nodePortText } from '../../report/node-port-text.ts';
import type { AskContext } from '../run/ask.ts';
import { configure, connect } from '../run/node.ts';
import { createShell, type Shell } from '../shell.ts';
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
  const identity = await imds.identity(signal);
  const { instanceId } = identity;
  const setup = (await readSetup(root, instanceId)) ?? { instanceId, links: [] };
  const unknown: string[] = [];
  let context: AskContext | undefined;
  try {
    // The way to EC2 may lead through a proxy that the node's user data names; nothing else is needed of it.
    const { nodeConfigs } = await configure(shell, signal).catch(() => ({ nodeConfigs: [] }));
    context = { ...shell, ec2: connect(shell, identity, { nodeConfigs }), signal };
  } catch (error) {
    unknown.push(`EC2: ${messageOf(error)}`);
  }
  const seen = await lookAtNodePort(root, setup, context);
  return nodePortStatus({ ...seen, unknown: [...unknown, ...seen.unknown] });
}
