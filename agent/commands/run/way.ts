import type { NodePortLink } from '../../nodeport/setup.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import type { RunContext } from './context.ts';
import type { Ready } from './interface.ts';
import { setUpNodePort } from './node-port/set-up.ts';
import type { Made } from './obtain.ts';

/** How far one interface came. */
export interface Way {
  plan: InterfacePlan;
  /** Undefined until anything may be made: what is there before is left as it is. */
  made: Made | undefined;
  ready?: Ready;
  failure: unknown;
}

/** The interfaces that are whole and stay, and what failed. */
export interface Applied {
  ready: Ready[];
  /** Links that carry NodePort addresses by now, in the order of the configuration; undefined: that has not been touched. */
  nodePort: readonly NodePortLink[] | undefined;
  /** One for all: the code of the first in the configuration's order, the messages of all. */
  failure: unknown;
}

/** Whether nothing has failed. */
export function isWhole({ failure }: Way): boolean {
  return failure === undefined;
}

/** The interfaces of which nothing has failed. */
export function wholeOf(ways: readonly Way[]): Ready[] {
  return ways.filter(isWhole).flatMap((way) => way.ready ?? []);
}

/**
 * Sets the links up.
 *
 * @param nodePort their NodePort addresses; undefined: they stay as they are
 */
export async function configure(
  context: RunContext,
  ready: readonly Ready[],
  nodePort: readonly NodePortLink[] | undefined,
): Promise<void> {
  const { host, instance, log, signal } = context;
  const links = ready.flatMap(({ link }) => link ?? []);
  for (const { name, changes } of await host.configureLinks(instance.instanceId, links, signal)) {
    log.info(`${name}: ${changes.join(', ')}`, { interface: name });
  }
  if (nodePort !== undefined) {
    await setUpNodePort(context, nodePort);
  }
}
