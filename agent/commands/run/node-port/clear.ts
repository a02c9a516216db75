import { createDeadline } from '../../../deadline.ts';
import { messageOf } from '../../../failure.ts';
import type { Identity } from '../../../imds/port.ts';
import type { Shell } from '../../shell.ts';
import { ask } from '../ask.ts';
import { type connect, emptyConfig, runContext } from '../node.ts';
import { graceMs } from '../taking-back.ts';
import { formerCarriers, untagFormerCarriers } from './carrier-tags.ts';
import { giveUnwantedBack } from './give-back.ts';
import { setUpNodePort } from './set-up.ts';
import { stopWatcherOf } from './watcher.ts';

/**
 * Where nothing is configured any more: takes away what earlier runs made of NodePort addresses, if they did. Kubelet does
 * not wait for it; what fails is told, and the next run tries again.
 */
export async function clearNodePort(
  shell: Shell,
  identity: Identity,
  ec2: () => ReturnType<typeof connect>,
): Promise<void> {
  const { clock, log } = shell;
  const { instanceId } = identity;
  const files = shell.host.nodePortFiles;
  const [setup, claims] = await Promise.all([files.setup(instanceId), files.claims(instanceId)]);
  if (setup === undefined && claims.length === 0) {
    return;
  }
  using deadline = createDeadline(
    clock,
    clock.now() + graceMs,
    'the time for taking NodePort addresses back',
  );
  const context = runContext(shell, ec2(), identity, { config: emptyConfig() }, deadline.signal);
  await stopWatcherOf(shell, setup);
  const steps = [
    giveUnwantedBack(context, claims),
    ask(context, `list the ENIs of ${instanceId}`, (signal) =>
      context.ec2.describeEnis({ attachedTo: instanceId }, signal),
    ).then((enis) => untagFormerCarriers(context, formerCarriers(context, enis, []))),
    setUpNodePort(context, []),
  ];
  for (const outcome of await Promise.allSettled(steps)) {
    if (outcome.status === 'rejected') {
      log.warn(`${messageOf(outcome.reason)}; the next run tries again`);
    }
  }
}
