import type { NodePortConfig } from '../../../config/model.ts';
import { startWatcherUnit, stopWatcher, watcherUnit } from '../../../host/units.ts';
import { floatingLinks } from '../../../nodeport/floating.ts';
import type { NodePortSetup } from '../../../nodeport/setup.ts';
import type { Shell } from '../../shell.ts';
import type { Progress } from '../progress.ts';

/** Starts the watcher over floating addresses, once the gate is open: kubelet does not wait for it. */
export async function startWatcher(
  { root, log }: Shell,
  { nodePort }: Pick<Progress, 'nodePort'>,
): Promise<void> {
  if (root !== '/' || nodePort === undefined || !hasFloating(nodePort)) {
    return;
  }
  const started = await startWatcherUnit();
  if (!started.ok) {
    log.warn(
      `could not start ${watcherUnit}: ${started.said}; this node takes no floating NodePort address over, nor hands ` +
        `one over: systemctl start ${watcherUnit}`,
    );
  }
}

/**
 * Where an earlier run had it started, and it watches over what is not wanted any more: it hands over what it holds. It would
 * else claim again what is given back behind it.
 *
 * @param wanted what the configuration says now
 */
export async function stopWatcherOf(
  { root, log }: Pick<Shell, 'root' | 'log'>,
  before: NodePortSetup | undefined,
  wanted: readonly NodePortConfig[] = [],
): Promise<void> {
  if (root === '/' && before !== undefined && hasUnwantedFloating(before, wanted)) {
    const stopped = await stopWatcher();
    if (!stopped.ok) {
      log.warn(`could not stop ${watcherUnit}: ${stopped.said}; systemctl stop ${watcherUnit}`);
    }
  }
}

function hasFloating(links: NodePortSetup['links']): boolean {
  return links.some(({ addresses }) => addresses.some(({ mode }) => mode === 'Floating'));
}

/** Whether a floating address of that setup is none any more, or has come to another interface. */
export function hasUnwantedFloating(before: NodePortSetup, wanted: readonly NodePortConfig[]): boolean {
  return floatingLinks(before).some(({ name, isPrimary, addresses }) =>
    addresses.some(
      ({ address }) =>
        !wanted.some(
          (entry) =>
            entry.mode === 'Floating' &&
            entry.addresses.includes(address) &&
            (entry.interface === name || (isPrimary && entry.primaryIsUnmanaged)),
        ),
    ),
  );
}
