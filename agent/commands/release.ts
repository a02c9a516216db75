import type { Eni } from '../claim/facts.ts';
import { combine, ExitCode, messageOf } from '../failure.ts';
import { kubeletHasStarted } from '../host/gate.ts';
import { namesWithLinkFiles } from '../host/link-files.ts';
import { acquireRunLock } from '../host/run-lock.ts';
import { releaseInterface } from './release/interface.ts';
import { releaseKubelet, untagInstance } from './release/kubelet-side.ts';
import { elsewhere, type Left, leftOf } from './release/left.ts';
import { hasNodePort, releaseNodePort } from './release/node-port.ts';
import { observe } from './release/observe.ts';
import type { RunContext } from './run/context.ts';
import { configure, connect, deadlineAt, emptyConfig, firstDeadline, runContext } from './run/node.ts';
import { stopWatcherOf } from './run/node-port/watcher.ts';
import { callsMade } from './run/progress.ts';
import { createShell, type Shell } from './shell.ts';

/**
 * Takes back all that `run` did on this node. ENIs are found by their tags and by the intents, whatever the
 * configuration says now. What is interrupted, or fails, is found again by another release. Throws a `Failure` that
 * says what is left.
 */
export async function release({ root }: { root: string }): Promise<ExitCode> {
  const shell = createShell(root);
  const lock = await acquireRunLock(root);
  try {
    shell.log.info(await releaseAlone(shell));
    return ExitCode.done;
  } finally {
    shell.log.progress('');
    await lock.release();
  }
}

/** Answers with the closing line. */
async function releaseAlone(shell: Shell): Promise<string> {
  const { root, clock, log, imds } = shell;
  using early = await firstDeadline(shell);
  const identity = await imds.identity(early.signal);
  const loaded = await configure(shell, early.signal).catch((error: unknown) => {
    log.warn(
      `going on without the configuration, by tags and intents; tags of the instance stay: ${messageOf(error)}`,
    );
    return undefined;
  });
  const config = loaded?.kind === 'config' ? loaded.config : emptyConfig();
  using deadline = deadlineAt(clock, config.timeoutMs);
  const ec2 = connect(shell, identity, loaded ?? { nodeConfigs: [] });
  const context = runContext(shell, ec2, identity, { config }, deadline.signal);
  // Nothing has been changed if EC2 cannot be reached.
  const seen = await observe(context, namesWithLinkFiles(root, identity.instanceId));
  const left = leftOf(seen);
  for (const { id, attachment } of elsewhere(seen)) {
    log.warn(
      `${id} has the tags of this instance and is attached to ${attachment?.instanceId ?? 'AWS'}: left there`,
    );
  }
  await warnOfPods(shell, left);
  // First of all: it hands over what it holds, and must not take anything over any more.
  const { instanceId } = identity;
  await stopWatcherOf(shell, await shell.host.nodePortFiles.setup(instanceId));
  const hasAddresses = await hasNodePort(context);
  const steps = (await releaseKubelet(shell, instanceId)) + Number(hasAddresses);
  const failures = await releaseAll(context, left, seen.enis);
  if (failures.length > 0) {
    throw combine(failures);
  }
  return steps + left.length === 0
    ? 'nothing to release'
    : `released in ${(clock.now() / 1000).toFixed(1)} s: interfaces: ${left.map(({ name }) => name).join(', ') || 'none'}; EC2 calls: ${callsMade({ ec2 })}`;
}

/** One that fails keeps no other from being taken back. Answers the failures. */
export async function releaseAll(
  context: RunContext,
  left: readonly Left[],
  enis: readonly Eni[],
): Promise<unknown[]> {
  // The tags that tell of a whole node go first, as what tells kubelet so.
  const untagged = await Promise.allSettled([untagInstance(context)]);
  const addresses = await Promise.allSettled(releaseNodePort(context, left, enis));
  const released = await Promise.allSettled(left.map((each) => releaseInterface(context, each)));
  return [...untagged, ...addresses, ...released].flatMap((each): unknown[] =>
    each.status === 'rejected' ? [each.reason] : [],
  );
}

async function warnOfPods({ root, log }: Shell, left: readonly Left[]): Promise<void> {
  const attached = left.filter(({ created, claimed }) =>
    [...created, ...claimed].some(({ attachment }) => attachment !== undefined),
  );
  if (attached.length > 0 && (await kubeletHasStarted(root))) {
    const names = attached.map(({ name }) => name).join(', ');
    log.warn(`kubelet has run: pods on ${names} lose these interfaces, and the node keeps its labels`);
  }
}
