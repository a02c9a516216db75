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

/** What has come of a look at the host. */
export interface Look {
  /** A run has changed the setup: the host is as that run left it. */
  hasChanged: boolean;
  /** Why the host, or the setup's file, could not be looked after: not to be told again. */
  failure?: string;
  unreadable?: string;
}

/** Before the first. */
export const noLook: Look = { hasChanged: false };

/**
 * Sets the host's part of the addresses right again: firewalld, networkd and people flush rules and addresses. What had
 * to be mended is a warning, and so is what could not be: the address is watched over all the same. A run may be setting up
 * others meanwhile: the setup is read anew once it cannot be at it.
 */
export async function setRight(
  { root, host, log }: Context,
  setup: NodePortSetup,
  { failure, unreadable }: Look,
  signal: AbortSignal,
): Promise<Look> {
  const { instanceId, links } = setup;
  const look: Look = { hasChanged: false };
  const isStillWanted = async () => {
    const now = await readSetup(root, instanceId).catch((error: unknown) => {
      look.unreadable = messageOf(error);
      log[look.unreadable === unreadable ? 'debug' : 'warn'](look.unreadable);
      return setup;
    });
    look.hasChanged = !isDeepStrictEqual(now, setup);
    return !look.hasChanged;
  };
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    for (const { name, changes } of await host.configureNodePort(instanceId, links, bounded, isStillWanted)) {
      log.warn(
        `NodePort addresses: something on this node undid what run had set up; right again: ${changes.join(', ')}`,
        { interface: name },
      );
    }
  } catch (error) {
    signal.throwIfAborted();
    look.failure = `NodePort addresses: could not look after them on this node: ${messageOf(error)}`;
    if (look.failure !== failure) {
      log.warn(look.failure);
    }
  }
  return look;
}

/** Every minute, and when a link has come up, without its way back. Resolves when a run has changed the setup; rejects when the signal aborts. */
export async function keepRight(
  context: Context,
  setup: NodePortSetup,
  first: Look,
  signal: AbortSignal,
): Promise<void> {
  const { host, clock } = context;
  let look = first;
  let up = new AbortController();
  const names = setup.links.map(({ name }) => name);
  host.followLinkUps(names, () => up.abort(), signal);
  while (!look.hasChanged) {
    const woken = AbortSignal.any([signal, up.signal]);
    await clock.sleep(everyMs, woken).catch(() => signal.throwIfAborted());
    up = new AbortController();
    look = await setRight(context, setup, look, signal);
  }
}
