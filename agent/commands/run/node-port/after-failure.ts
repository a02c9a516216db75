import { createDeadline } from '../../../deadline.ts';
import { messageOf } from '../../../failure.ts';
import { gateIsOpen } from '../../../host/gate.ts';
import type { NodePortLink } from '../../../nodeport/setup.ts';
import type { Shell } from '../../shell.ts';
import type { RunContext } from '../context.ts';
import { connect, emptyConfig, runContext } from '../node.ts';
import type { Progress } from '../progress.ts';
import { graceMs } from '../taking-back.ts';
import { letGoOfFloating } from './let-go.ts';
import { startWatcher, stopWatcherOf } from './watcher.ts';

/** What is left for letting go where taking back has used up its time, in ms. */
const atLeastMs = 10_000;

/**
 * After a run that has failed: a node that joins all the same has a watcher over the floating addresses that it carries;
 * all others that EC2 says it has are let go of, since nobody would serve them, nor take them over. Every trouble is a
 * warning: what is to be told is the run's own failure.
 */
export async function settleNodePort(shell: Shell, progress: Progress): Promise<void> {
  const { identity } = progress;
  if (progress.joined || identity === undefined) {
    return;
  }
  const { clock, log, host, root } = shell;
  const { instanceId } = identity;
  const until = Math.max(progress.graceUntil ?? clock.now() + graceMs, clock.now() + atLeastMs);
  using deadline = createDeadline(clock, until, 'the time for taking back');
  try {
    const [setup, claims, intents] = await Promise.all([
      host.nodePortFiles.setup(instanceId),
      host.nodePortFiles.claims(instanceId),
      host.readIntents(instanceId),
    ]);
    if (setup === undefined && claims.length + intents.length === 0) {
      return;
    }
    // Where the configuration could not be read, the tags tell.
    const config = progress.kubelet?.config ?? emptyConfig();
    const ec2 = progress.ec2 ?? connect(shell, identity, { nodeConfigs: [] });
    const context = runContext(shell, ec2, identity, { config }, deadline.signal);
    const isOpen = await gateIsOpen(root);
    const carried = isOpen && setup !== undefined ? (progress.nodePort ?? setup.links) : [];
    const served = (await isCarried(context, carried)) ? carried : [];
    if (isOpen) {
      await startWatcher(shell, { nodePort: served });
    } else {
      await stopWatcherOf(shell, setup);
    }
    await letGoOfFloating(context, served, progress.ready);
  } catch (error) {
    log.warn(`${messageOf(error)}; going on: the next run looks after the NodePort addresses`);
  }
}

/** An earlier run may have been killed before it had set up what it had noted; while kubelet runs, it is as it was. */
async function isCarried(
  { host, instance: { instanceId }, log, signal, kubeletHasRun }: RunContext,
  links: readonly NodePortLink[],
): Promise<boolean> {
  if (links.length === 0 || (await kubeletHasRun())) {
    return true;
  }
  try {
    await host.configureNodePort(instanceId, links, signal);
    return true;
  } catch (error) {
    log.warn(`${messageOf(error)}; going on: this node does without its floating NodePort addresses`);
    return false;
  }
}
