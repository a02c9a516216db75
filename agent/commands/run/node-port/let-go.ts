import type { NodeConfig } from '../../../config/model.ts';
import type { NodePortLink } from '../../../nodeport/setup.ts';
import { carriedBy, carrierTags, tagKeys } from '../../../plan/tags.ts';
import { ask } from '../ask.ts';
import { byId } from '../configured.ts';
import type { RunContext } from '../context.ts';
import type { Ready } from '../interface.ts';
import { untagFormerCarriers } from './carrier-tags.ts';
import { giveUnwantedBack } from './give-back.ts';

/**
 * Takes the floating addresses that this node does not serve off its ENIs, and off their tags: the watchers of others take
 * them over, and the next run claims again what nobody has by then.
 *
 * @param served links that carry theirs, under a watcher
 * @param ready ENIs that EC2 may not show attached yet
 */
export async function letGoOfFloating(
  context: RunContext,
  served: readonly NodePortLink[],
  ready: readonly Ready[],
): Promise<void> {
  const { config, ec2, host, instance } = context;
  const { instanceId } = instance;
  const isServed = (eniId: string, address: string) =>
    served.some((link) => link.eniId === eniId && floatingOf(link).includes(address));
  const unserved = (await host.nodePortFiles.claims(instanceId)).filter(
    ({ eniId, address }) => !isServed(eniId, address) && !named(config, 'PerNode').includes(address),
  );
  const floating = named(config, 'Floating');
  if (unserved.length === 0 && (served.length > 0 || floating.length === 0)) {
    return;
  }
  const attached = await ask(context, `list the ENIs of ${instanceId}`, (signal) =>
    ec2.describeEnis({ attachedTo: instanceId }, signal),
  );
  const tagged = ready.map(({ eni, nodePort }) => ({
    ...eni,
    tags: { ...eni.tags, ...(nodePort && carrierTags(floatingOf(nodePort))) },
  }));
  const carriers = byId([...tagged, ...attached.filter(({ tags }) => tags[tagKeys.nodePort] !== undefined)]);
  const told = carriers.flatMap(carriedBy);
  await Promise.all([
    untagFormerCarriers(
      context,
      carriers.filter(
        ({ id, tags }) =>
          tags[tagKeys.nodePort] !== undefined &&
          !served.some((link) => link.eniId === id && floatingOf(link).length > 0),
      ),
    ),
    giveUnwantedBack(
      context,
      unserved.filter(({ address }) => [...floating, ...told].includes(address)),
    ),
  ]);
}

function floatingOf({ addresses }: NodePortLink): string[] {
  return addresses.filter(({ mode }) => mode === 'Floating').map(({ address }) => address);
}

function named({ nodePort }: NodeConfig, mode: 'Floating' | 'PerNode'): string[] {
  return nodePort.filter((entry) => entry.mode === mode).flatMap(({ addresses }) => addresses);
}
