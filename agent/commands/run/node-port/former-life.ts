import type { Eni } from '../../../claim/facts.ts';
import type { FormerLife } from '../../../plan/node-port-former.ts';
import type { RunContext } from '../context.ts';
import { untagFormerCarriers } from './carrier-tags.ts';
import { giveUnwantedBack } from './give-back.ts';

/**
 * Ends what an ENI made beforehand, which is attached here by now, has kept from a node that is gone. Its addresses are on
 * the disk before it is tagged as this instance's: from then on only that tells a run that comes after a kill of them. The
 * tag that names them goes first: other nodes hand an address to those that bear it. What fails is told.
 *
 * @param claim tags the ENI as this instance's
 */
export async function endFormerLife(
  context: RunContext,
  name: string,
  eni: Eni,
  { addresses, tags }: FormerLife,
  claim: () => Promise<void>,
): Promise<void> {
  const { host, instance, log } = context;
  if (addresses.length > 0) {
    log.info(`${name}: ${eni.id} has kept NodePort addresses of its last node: ${addresses.join(', ')}`, {
      interface: name,
      eni: eni.id,
    });
    const claims = await host.nodePortFiles.claims(instance.instanceId);
    const noted = claims.filter(({ eniId }) => eniId === eni.id).map(({ address }) => address);
    const all = [...new Set([...noted, ...addresses])];
    await host.nodePortFiles.writeClaims(instance.instanceId, eni.id, all);
  }
  await claim();
  // One that was attached before the run is untagged beside it.
  if (Object.keys(tags).length > 0 && eni.attachment === undefined) {
    await untagFormerCarriers(context, [eni]);
  }
  const claims = addresses.map((address) => ({ eniId: eni.id, address }));
  await giveUnwantedBack(context, claims, [eni.id]);
}
