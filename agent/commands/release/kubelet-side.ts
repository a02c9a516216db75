import { removeOwnFile } from '../../host/foreign-files.ts';
import { closeGate, gateIsOpen, kubeletHasStarted } from '../../host/gate.ts';
import { paths } from '../../host/paths.ts';
import { cancelLaterStart, retryTimer } from '../../host/units.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import { ask } from '../run/ask.ts';
import type { RunContext } from '../run/context.ts';
import type { Shell } from '../shell.ts';

/**
 * Takes back what says that this node's network is whole. The gate first: from then on kubelet does not start, and
 * nothing reads the rest. All of it before any ENI goes, so that a node on which release ends half-way claims nothing
 * that it has not, and `status` tells of what is there. Answers how many things it has taken back.
 */
export async function releaseKubelet({ root, log }: Shell, instanceId: string): Promise<number> {
  const { dropIn, kubeletFlags, result } = paths(root);
  let steps = 0;
  if ((await gateIsOpen(root)) && !(await kubeletHasStarted(root))) {
    await closeGate(root);
    log.info('closed the gate: kubelet does not start before another run');
    steps += 1;
  }
  // After a failed run: it would claim everything anew.
  if (await cancelLaterStart(root)) {
    log.info(`stopped ${retryTimer}, which would have started another run`);
    steps += 1;
  }
  for (const path of [dropIn, kubeletFlags, result]) {
    if (await removeOwnFile(instanceId, path)) {
      log.info(`removed ${path}`);
      steps += 1;
    }
  }
  return steps;
}

/** Takes the configured tags off the instance, as long as they have the configured values. */
export async function untagInstance(context: RunContext): Promise<void> {
  const { instanceTags } = context.config;
  const { instanceId } = context.instance;
  if (Object.keys(instanceTags).length > 0) {
    await ask(context, `take the tags ${tagText(instanceTags)} off ${instanceId}`, (signal) =>
      context.ec2.deleteTags(instanceId, instanceTags, signal),
    );
    context.log.info(`${instanceId} is without the tags ${tagText(instanceTags)}`);
  }
}
