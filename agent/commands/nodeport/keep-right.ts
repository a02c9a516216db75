import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../failure.ts';
import type { NodePortSetup } from '../../nodeport/setup.ts';
import { readSetup } from '../../nodeport/setup-file.ts';
import type { Shell } from '../shell.ts';

/** Between two looks at the host. */
const everyMs = 60_000;

type Context = Pick<Shell, 'root' | 'host' | 'clock' | 'log'>;

/**
 * Sets the host's part of the addresses right again: firewalld, networkd and people flush rules and addresses. What had
 * to be mended is a warning, and so is what could not be: the address is watched over all the same.
 */
export async function setRight(
  { host, log }: Context,
  { instanceId, links }: NodePortSetup,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const { name, changes } of await host.configureNodePort(instanceId, links, signal)) {
      log.warn(`something on this node undid what run had set up, and it is set right again: ${changes}`, {
        interface: name,
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`the NodePort addresses could not be set right on this node: ${messageOf(error)}`);
  }
}

/** Every minute. Resolves when a run has changed the setup; rejects when the signal aborts. */
export async function keepRight(context: Context, setup: NodePortSetup, signal: AbortSignal): Promise<void> {
  const { root, clock, log } = context;
  for (;;) {
    await clock.sleep(everyMs, signal);
    const now = await readSetup(root, setup.instanceId).catch((error: unknown) => {
      log.warn(messageOf(error));
      return setup;
    });
    if (!isDeepStrictEqual(now, setup)) {
      return;
    }
    await setRight(context, setup, signal);
  }
}
