import type { Eni } from '../../claim/facts.ts';
import { Ec2Error, type ErrorClass } from '../../ec2/port.ts';
import { carriedBefore } from '../../plan/node-port-former.ts';
import { type AskContext, ask } from '../run/ask.ts';
import { untagClaim, untagHalf } from '../run/untag.ts';
import type { Leftover } from './leftover.ts';

/** Someone else was faster: another node's sweep, or who attached it. */
const notOurs: readonly ErrorClass[] = ['notFound', 'eniInUse'];

/**
 * Deletes or untags, one after the other: nodes that are booting need the same account's calls. One that fails keeps no
 * other from being cleared. Answers the failures.
 */
export async function clearAll(context: AskContext, leftovers: readonly Leftover[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const leftover of leftovers) {
    try {
      await (leftover.remedy === 'delete' ? deleteIt(context, leftover) : untagIt(context, leftover));
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

async function deleteIt(context: AskContext, { eni, instanceId, state }: Leftover): Promise<void> {
  const { id } = eni;
  const outcome = await ask(
    context,
    `delete ${id} of ${instanceId}`,
    (signal) => context.ec2.deleteEni(id, signal),
    notOurs,
  );
  context.log.info(
    outcome instanceof Ec2Error
      ? `${id} is ${outcome.class === 'notFound' ? 'gone' : 'in use'} by now: nothing to delete`
      : `deleted ${id} (${eni.addresses[0] ?? eni.ipv6Addresses[0]}) of ${instanceId}, which is ${state}`,
    { eni: id },
  );
}

/** Once the tags are off, no node that is to have one of the NodePort addresses may take it from there. */
async function untagIt(context: AskContext, { eni: { id }, instanceId, state }: Leftover): Promise<void> {
  const whose = instanceId ?? 'a claim';
  const subject = `take the tags of ${whose} off ${id}`;
  const clear = (eni: Eni) => takeAddressesOff(context, eni);
  const isDone =
    instanceId === undefined
      ? await untagHalf(context, subject, id, clear)
      : await untagClaim(context, subject, { eniId: id, instanceId, unseen: {} }, clear);
  context.log.info(
    isDone
      ? `took the tags of ${whose}, which is ${state}, off ${id}`
      : `${id} is another node's by now, or gone: its tags are left as they are`,
    { eni: id },
  );
}

async function takeAddressesOff(context: AskContext, eni: Eni): Promise<void> {
  const { ec2, log } = context;
  for (const address of carriedBefore(eni)) {
    const outcome = await ask(
      context,
      `take ${address} off ${eni.id}`,
      (signal) => ec2.unassignAddress(eni.id, address, signal),
      ['notHeld', 'notFound'],
    );
    if (!(outcome instanceof Ec2Error)) {
      log.info(`took the NodePort address ${address} off ${eni.id}`, { eni: eni.id, address });
    }
  }
}
