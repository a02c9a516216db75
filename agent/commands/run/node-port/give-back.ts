import type { Eni } from '../../../claim/facts.ts';
import { ExitCode, exitCodeOf, messageOf } from '../../../failure.ts';
import type { AddressClaim } from '../../../nodeport/claims.ts';
import { isAvailable } from '../../../plan/eni-source.ts';
import { tagKeys } from '../../../plan/tags.ts';
import { ask } from '../ask.ts';
import type { RunContext } from '../context.ts';

/**
 * Takes addresses that this instance was about to be given off their ENIs, as far as they are still its own: an ENI that
 * another instance has by now may have been given them for that, or have kept them. It is no error if they are gone.
 *
 * @param own ENIs that are known to be this instance's; undefined: that is looked up
 */
export async function giveAddressesBack(
  context: RunContext,
  claims: readonly AddressClaim[],
  own?: readonly string[],
): Promise<void> {
  const { log } = context;
  const ids = [...new Set(claims.map(({ eniId }) => eniId))];
  if (ids.length === 0) {
    return;
  }
  const known = own ?? (await ownOf(context, ids));
  const outcomes = await Promise.allSettled(
    ids.map(async (eniId) => {
      const addresses = claims.filter((each) => each.eniId === eniId).map(({ address }) => address);
      const isOwn = known.includes(eniId);
      if (isOwn) {
        await Promise.all(addresses.map((address) => unassign(context, eniId, address)));
      }
      await forget(context, eniId, addresses);
      log.info(
        isOwn
          ? `gave back NodePort addresses of ${eniId}: ${addresses.join(', ')}`
          : `${eniId} is not this instance's any more: its NodePort addresses are left as they are`,
        { eni: eniId },
      );
    }),
  );
  const failed = outcomes.find((each) => each.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}

async function ownOf(context: RunContext, ids: readonly string[]): Promise<string[]> {
  const { ec2, instance } = context;
  const enis = await ask(context, `look up ${ids.join(', ')}`, (signal) => ec2.describeEnis({ ids }, signal));
  return enis.filter((eni) => isOf(eni, instance.instanceId)).map(({ id }) => id);
}

/**
 * Whether the addresses that this instance claimed on the ENI are its own to take off. One that is shown as available
 * without our tag may have been attached elsewhere seconds ago.
 */
export function isOf(eni: Eni, instanceId: string): boolean {
  return (
    eni.attachment?.instanceId === instanceId ||
    (isAvailable(eni) && eni.tags[tagKeys.instanceId] === instanceId)
  );
}

/**
 * Those of one ENI that is to be handed back, or is gone.
 *
 * @param isOwn whether it is known to be this instance's, or another's; undefined: that is looked up
 */
export async function giveAddressesOf(context: RunContext, eniId: string, isOwn?: boolean): Promise<void> {
  const { host, instance } = context;
  const claims = await host.nodePortFiles.claims(instance.instanceId);
  await giveAddressesBack(
    context,
    claims.filter((each) => each.eniId === eniId),
    isOwn === undefined ? undefined : isOwn ? [eniId] : [],
  );
}

/** What an ENI that is deleted takes with it needs no more to be known. */
export async function forgetAddressesOf({ host, instance, log }: RunContext, eniId: string): Promise<void> {
  const { instanceId } = instance;
  try {
    const claims = await host.nodePortFiles.claims(instanceId);
    if (claims.some((each) => each.eniId === eniId)) {
      await host.nodePortFiles.writeClaims(instanceId, eniId, []);
    }
  } catch (error) {
    log.warn(`${messageOf(error)}; going on: ${eniId} is gone`);
  }
}

async function unassign(context: RunContext, eniId: string, address: string): Promise<void> {
  await ask(
    context,
    `take ${address} off ${eniId}`,
    (signal) => context.ec2.unassignAddress(eniId, address, signal),
    ['notHeld', 'notFound'],
  );
}

async function forget({ host, instance }: RunContext, eniId: string, addresses: readonly string[]) {
  const { instanceId } = instance;
  const left = (await host.nodePortFiles.claims(instanceId))
    .filter((each) => each.eniId === eniId && !addresses.includes(each.address))
    .map(({ address }) => address);
  await host.nodePortFiles.writeClaims(instanceId, eniId, left);
}

/** As `giveAddressesBack`, for what nothing waits for: a failure is told, and the next run tries again. */
export async function giveUnwantedBack(
  context: RunContext,
  claims: readonly AddressClaim[],
  own?: readonly string[],
): Promise<void> {
  try {
    await giveAddressesBack(context, claims, own);
  } catch (error) {
    const isFinal = exitCodeOf(error) === ExitCode.notPermitted;
    context.log.warn(
      `${messageOf(error)}; ${isFinal ? 'take them off by hand' : 'the next run tries again'}`,
    );
  }
}
