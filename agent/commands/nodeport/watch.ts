import { createDeadline } from '../../deadline.ts';
import type { Ec2Connection } from '../../ec2/ec2.ts';
import { ExitCode, Failure, messageOf } from '../../failure.ts';
import { tryLock } from '../../host/lock.ts';
import { paths } from '../../host/paths.ts';
import type { Identity } from '../../imds/port.ts';
import { floatingLinks } from '../../nodeport/floating.ts';
import type { NodePortSetup } from '../../nodeport/setup.ts';
import { readSetup } from '../../nodeport/setup-file.ts';
import { tellFailure } from '../run/failure-policy.ts';
import { configure, connect } from '../run/node.ts';
import { createShell, type Shell } from '../shell.ts';
import { watchOver } from './session.ts';
import { stopOnSignals } from './stop.ts';

/** For IMDS, which may be slow to come up. The unit starts the watcher again. */
const patienceMs = 120_000;

/**
 * Watches over this node's floating addresses until it is told to stop. Answers with the exit code; by then a failure
 * has been told in the journal.
 */
export async function watch({ root }: { root: string }): Promise<ExitCode> {
  const shell = createShell(root);
  using stop = stopOnSignals();
  try {
    await watchAlone(shell, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) {
      return tellFailure(shell, error);
    }
    if (error !== stop.signal.reason) {
      shell.log.error(`while it stopped: ${messageOf(error)}`);
    }
  }
  return ExitCode.done;
}

async function watchAlone(shell: Shell, stop: AbortSignal): Promise<void> {
  const { root, log } = shell;
  const identity = await whoami(shell, stop);
  let setup = await readSetup(root, identity.instanceId);
  if (!hasFloating(setup)) {
    return log.info(nothing(setup));
  }
  const lock = await acquireWatchLock(root);
  try {
    const ec2 = await reach(shell, identity, stop);
    while (hasFloating(setup)) {
      await watchOver(shell, ec2, setup, stop);
      if (stop.aborted) {
        return;
      }
      setup = await readSetup(root, identity.instanceId);
      log.info('the setup has changed');
    }
    log.info(nothing(setup));
  } finally {
    await lock.release();
  }
}

function hasFloating(setup: NodePortSetup | undefined): setup is NodePortSetup {
  return setup !== undefined && floatingLinks(setup).length > 0;
}

function nothing(setup: NodePortSetup | undefined): string {
  return setup === undefined
    ? 'nothing to watch over: run has set up no NodePort addresses on this node'
    : 'nothing to watch over: none of the NodePort addresses of this node is Floating';
}

async function whoami({ clock, imds }: Shell, stop: AbortSignal): Promise<Identity> {
  const limit = `the ${patienceMs / 1000} s that the watcher waits for IMDS`;
  using deadline = createDeadline(clock, clock.now() + patienceMs, limit);
  return await imds.identity(AbortSignal.any([stop, deadline.signal]));
}

/** A status that asks whether the lock is held has it for some milliseconds. */
async function acquireWatchLock(root: string) {
  const lock = await tryLock(paths(root).nodePortLock, 1);
  if (lock === undefined) {
    throw new Failure(
      ExitCode.host,
      `another watcher is at work on ${root}, and two would take addresses from each other; ` +
        'see systemctl status multus-bootstrap-nodeport',
    );
  }
  return lock;
}

/** The way to EC2 may lead through a proxy that the node's user data names; nothing else is needed of it. */
async function reach(shell: Shell, identity: Identity, stop: AbortSignal): Promise<Ec2Connection> {
  const { nodeConfigs } = await configure(shell, stop).catch((error: unknown) => {
    stop.throwIfAborted();
    shell.log.warn(`without the proxies that user data may name: ${messageOf(error)}`);
    return { nodeConfigs: [] };
  });
  return connect(shell, identity, { nodeConfigs });
}
