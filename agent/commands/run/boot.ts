import packageJson from '../../../package.json' with { type: 'json' };
import { openGate } from '../../host/gate.ts';
import { tagText } from '../../plan/subnet-selection.ts';
import type { Shell } from '../shell.ts';
import { ask } from './ask.ts';
import { attachAll } from './attach-all.ts';
import type { RunContext } from './context.ts';
import { letReadyNodeJoin, prepareKubelet } from './kubelet.ts';
import { configure, connect, deadlineAt, firstDeadline, runContext } from './node.ts';
import { clearNodePort } from './node-port/clear.ts';
import { startWatcher, stopWatcherOf } from './node-port/watcher.ts';
import { callsMade, type Progress, warn } from './progress.ts';
import { closingLine } from './summary.ts';

/** The run up to the open gate, and what kubelet need not wait for. Answers with its closing line. */
export async function boot(shell: Shell, progress: Progress): Promise<string> {
  const { root, clock, log, host } = shell;
  using early = await firstDeadline(shell);
  const identity = await shell.imds.identity(early.signal);
  progress.identity = identity;
  const { instanceId, instanceType, zone } = identity;
  log.info(`multus-bootstrap ${packageJson.version} on ${instanceId} (${instanceType} in ${zone})`);
  for (const path of await host.removeForeignFiles(instanceId)) {
    log.info(`removed ${path}, which does not name this instance`);
  }
  const loaded = await configure(shell, early.signal);
  warn(log, progress, loaded.warnings);
  if (loaded.kind === 'none') {
    await openGate(root, instanceId);
    await clearNodePort(shell, identity, () => {
      progress.ec2 = connect(shell, identity, loaded);
      return progress.ec2;
    });
    return 'no configuration, neither in the user data nor in /etc/multus-bootstrap/config.d: nothing to do';
  }
  progress.deadline = deadlineAt(clock, loaded.config.timeoutMs);
  const kubelet = await prepareKubelet(root, identity, loaded);
  progress.kubelet = kubelet;
  progress.ec2 = connect(shell, identity, loaded);
  const context = runContext(shell, progress.ec2, identity, loaded, progress.deadline.signal);
  const { interfaces, nodePort } = loaded.config;
  const before = await host.nodePortFiles.setup(instanceId);
  const hasMore = before !== undefined || (await host.nodePortFiles.claims(instanceId)).length > 0;
  if (interfaces.length + nodePort.length > 0 || hasMore) {
    await Promise.all([
      host.checkMayChangeLinks(),
      nodePort.length > 0 ? host.checkNft() : undefined,
      stopWatcherOf(shell, before, nodePort),
    ]);
    await attachAll(context, progress, kubelet);
  }
  await letReadyNodeJoin(shell, progress, kubelet);
  await startWatcher(shell, progress);
  await Promise.all([
    progress.leftovers,
    tagInstance(context),
    ...progress.ready.map((each) => each.deleteOnTermination.done),
  ]);
  return closingLine(progress.ready, progress.nodePort ?? [], clock.now(), callsMade(progress));
}

/** For those who look at instances to know which nodes are whole. */
export async function tagInstance(context: RunContext): Promise<void> {
  const { instanceTags } = context.config;
  const { instanceId } = context.instance;
  if (Object.keys(instanceTags).length > 0) {
    await ask(context, `tag ${instanceId}`, (signal) =>
      context.ec2.createTags(instanceId, instanceTags, signal),
    );
    context.log.info(`tagged ${instanceId}: ${tagText(instanceTags)}`);
  }
}
