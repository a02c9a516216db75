import type { NodePortLink } from '../../../nodeport/setup.ts';
import type { RunContext } from '../context.ts';

/**
 * Has the host carry the NodePort addresses of these links and no others of ours. The file goes before, by which release,
 * or a later run, knows that there is something to take away; the watcher reads it once it is started.
 */
export async function setUpNodePort(
  { host, instance: { instanceId }, config, log, signal }: RunContext,
  links: readonly NodePortLink[],
): Promise<void> {
  const files = host.nodePortFiles;
  if (links.length === 0 && (await files.setup(instanceId)) === undefined) {
    return;
  }
  if (links.length > 0) {
    const { metricsPort } = config;
    await files.writeSetup({ instanceId, links, ...(metricsPort !== undefined && { metricsPort }) });
  }
  for (const { name, changes } of await host.configureNodePort(instanceId, links, signal)) {
    log.info(`${name}: ${changes.join(', ')}`, { interface: name });
  }
  if (links.length === 0) {
    await files.removeSetup();
  }
}
