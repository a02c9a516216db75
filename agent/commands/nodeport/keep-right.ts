import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../failure.ts';
import type { NodePortSetup } from '../../nodeport/setup.ts';
import { readSetup } from '../../nodeport/setup-file.ts';
import type { Shell } from '../shell.ts';

/** Between two looks at the host. */
const everyMs = 60_000;
/** For one of them: a command that hangs must not keep the watch from beginning. */
const limitMs = 30_000;

type Context = Pick<Shell, 'root' | 'host' | 'clock' | 'log'>;

/**
 * Sets the host's part of the addresses right again: firewalld, networkd and people flush rules and addresses. What had
 * to be mended is a warning, and so is what could not be: the address is watched over all the same. Answers why it could
 * not, which is not told again.
 */
export async function setRight(
  { host, log }: Context,
  { instanceId, links }: NodePortSetup,
  told: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    for (const { name, changes } of await host.configureNodePort(instanceId, links, bounded)) {
      log.warn(
        `NodePort addresses: something on this node undid what run had set up; right again: ${changes.join(', ')}`,
        { interface: name },
      );
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const failure = `NodePort addresses: could not look after them on this node: ${messageOf(error)}`;
    if (failure !== told) {
      log.warn(failure);
    }
    return failure;
  }
}

/** Every minute. Resolves when a run has changed the setup; rejects when the signal aborts. */
export async function keepRight(
  context: Context,
  setup: NodePortSetup,
  told: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { root, clock, log } = context;
  let failure = told;
  let unreadable: string | undefined;
  for (;;) {
    await clock.sleep(everyMs, signal);
    const now = await readSetup(root, setup.instanceId).catch((error: unknown) => {
      const message = messageOf(error);
      log[message === unreadable ? 'debug' : 'warn'](message);
      unreadable = message;
      return setup;
    });
    if (!isDeepStrictEqual(now, setup)) {
      return;
    }
    failure = await setRight(context, setup, failure, signal);
  }
}
