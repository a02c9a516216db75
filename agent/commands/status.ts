import type { Eni } from '../claim/facts.ts';
import type { Loaded } from '../config/load.ts';
import { ExitCode, messageOf } from '../failure.ts';
import { gateIsOpen } from '../host/gate.ts';
import type { Link } from '../host/port.ts';
import type { Identity } from '../imds/port.ts';
import { isClaimed, isOurs, tagKeys } from '../plan/tags.ts';
import {
  differences,
  interfaceStatus,
  lastRunOf,
  type NodeStatus,
  type Seen,
} from '../report/node-status.ts';
import { type LastResult, readResult } from '../report/result.ts';
import { statusText } from '../report/status-text.ts';
import { type AskContext, ask } from './run/ask.ts';
import { configure, deadlineAt } from './run/node.ts';
import { createShell, type Shell } from './shell.ts';
import { crowdedSubnets } from './status/crowded.ts';
import { ec2Context } from './status/ec2-context.ts';
import { nodePortOf } from './status/node-port.ts';

/** Someone waits at a terminal, perhaps because EC2 does not answer. */
const patienceMs = 15_000;

/** Prints what this node has by EC2, the kernel and the last result, and what differs; changes nothing. */
export async function status({ root, json }: { root: string; json: boolean }): Promise<ExitCode> {
  const shell = createShell(root);
  const seen = await look(shell).finally(() => shell.log.progress(''));
  process.stdout.write(json ? `${JSON.stringify(seen, null, 2)}\n` : statusText(seen, Date.now()));
  return ExitCode.done;
}

/** What is broken must not keep the rest from being seen: it is told of in `unknown`. */
async function look(shell: Shell): Promise<NodeStatus> {
  const { root, imds, host, clock } = shell;
  using deadline = deadlineAt(clock, patienceMs);
  const unknown: string[] = [];
  const tolerating = <T>(what: string, promise: Promise<T>): Promise<T | undefined> =>
    promise.catch((error: unknown) => {
      unknown.push(`${what}: ${messageOf(error)}`);
      return undefined;
    });

  const [identity, last, links, isOpen] = await Promise.all([
    imds.identity(deadline.signal),
    readResult(root),
    host.links(),
    gateIsOpen(root),
  ]);
  const loaded = await tolerating('the configuration', configure(shell, deadline.signal));
  const context = await tolerating('EC2', ec2Context(shell, identity, loaded, deadline.signal));
  const enis = context && (await tolerating('EC2', attachedEnis(context, identity)));
  const configured = loaded?.kind === 'config' ? loaded.config : { interfaces: [], nodePort: loaded && [] };
  const { instanceId, instanceType, zone } = identity;
  const [crowded, nodePort] = await Promise.all([
    context && tolerating('the room for workers', crowdedSubnets(context, configured.interfaces, enis ?? [])),
    nodePortOf(root, instanceId, configured.nodePort, context),
  ]);
  if (last.state === 'unreadable') {
    unknown.push(`the last result: ${last.reason}`);
  }
  const interfaces = everyInterface(loaded, enis ?? [], last, links);
  return {
    instanceId,
    instanceType,
    zone,
    gate: isOpen ? 'open' : 'closed',
    lastRun: lastRunOf(last),
    interfaces: interfaces.map(interfaceStatus),
    ...(nodePort.addresses.length > 0 && {
      nodePort: { watcher: nodePort.watcher, addresses: nodePort.addresses },
    }),
    labels: last.state === 'read' ? last.result.labels : {},
    differences: [
      ...interfaces.flatMap((seen) => differences(seen, enis !== undefined)),
      ...nodePort.differences,
    ],
    warnings: crowded ?? [],
    unknown: [...unknown, ...nodePort.unknown],
  };
}

async function attachedEnis(context: AskContext, { instanceId }: Identity): Promise<Eni[]> {
  const enis = await ask(context, `list the ENIs of ${instanceId}`, (signal) =>
    context.ec2.describeEnis({ attachedTo: instanceId }, signal),
  );
  return enis.filter((eni) => isOurs(eni, instanceId) || isClaimed(eni, instanceId));
}

/** Those that are configured, in order, then others that EC2 or the last run knows. */
function everyInterface(
  loaded: Loaded | undefined,
  enis: readonly Eni[],
  last: LastResult,
  links: readonly Link[],
): Seen[] {
  const results = last.state === 'read' ? last.result.interfaces : [];
  const nameOf = (eni: Eni) => eni.tags[tagKeys.interface] ?? '';
  const known = [...results.map(({ name }) => name), ...enis.map(nameOf)];
  // An unreadable configuration may name them all.
  const configured = loaded?.kind === 'config' ? loaded.config.interfaces.map(({ name }) => name) : [];
  return [...new Set([...configured, ...known])].map((name) => {
    const eni = enis.find((each) => nameOf(each) === name);
    const result = results.find((each) => each.name === name);
    const mac = eni?.mac ?? result?.mac;
    const link = links.find((each) => each.mac === mac);
    return { name, isConfigured: loaded === undefined || configured.includes(name), result, eni, link };
  });
}
