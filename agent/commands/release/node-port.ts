import type { Eni } from '../../claim/facts.ts';
import type { RunContext } from '../run/context.ts';
import { formerCarriers, untagCarrier } from '../run/node-port/carrier-tags.ts';
import { giveAddressesBack } from '../run/node-port/give-back.ts';
import { setUpNodePort } from '../run/node-port/set-up.ts';
import type { Left } from './left.ts';

/** Whether earlier runs have left NodePort addresses, in EC2 or on the host. */
export async function hasNodePort({ host, instance: { instanceId } }: RunContext): Promise<boolean> {
  const files = host.nodePortFiles;
  return (await files.setup(instanceId)) !== undefined || (await files.claims(instanceId)).length > 0;
}

/**
 * Takes NodePort addresses back, part by part: those of ENIs that stay in EC2 (one that is deleted takes its own along), what
 * the primary ENI's tags say of them, and what the host carries, with its way back. Claims that are not taken back are kept
 * on the disk for another release.
 */
export function releaseNodePort(
  context: RunContext,
  left: readonly Left[],
  enis: readonly Eni[],
): Promise<void>[] {
  const going = left.flatMap(({ created }) => created.map(({ id }) => id));
  const staying = formerCarriers(context, enis, []).filter(({ mac }) => mac === context.instance.primaryMac);
  return [
    giveClaimsBack(context, going),
    ...staying.map((eni) => untagCarrier(context, eni)),
    setUpNodePort(context, []),
  ];
}

async function giveClaimsBack(context: RunContext, going: readonly string[]): Promise<void> {
  const claims = await context.host.nodePortFiles.claims(context.instance.instanceId);
  await giveAddressesBack(
    context,
    claims.filter(({ eniId }) => !going.includes(eniId)),
  );
}
