import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { exitCodeOf, Failure, messageOf } from '../../failure.ts';
import { ask, untilSeen } from './ask.ts';
import type { RunContext } from './context.ts';
import { detachEni, detachIfHere } from './detach.ts';
import { forgetAddressesOf } from './node-port/give-back.ts';

/**
 * Deletes an ENI that we made, detaching it first if it is attached to this instance. It is no error if it is
 * gone already.
 *
 * @param eni as it was shown last: one that was not attached then is not looked at before the delete
 */
export async function giveBackEni(
  context: RunContext,
  name: string,
  eni: Pick<Eni, 'id' | 'attachment'>,
): Promise<void> {
  const { id } = eni;
  const subject = `give back ${id} of ${name}`;
  if (eni.attachment !== undefined) {
    await detachEni(context, name, id);
  }
  await ask(context, subject, (signal) => deleteOnce(context, id, signal), ['notFound']);
  await forgetAddressesOf(context, id);
  context.log.info(`${name}: gave back ${id}`, { interface: name, eni: id });
}

async function deleteOnce(context: RunContext, eniId: string, signal: AbortSignal): Promise<void> {
  try {
    await context.ec2.deleteEni(eniId, signal);
  } catch (error) {
    if (!(error instanceof Ec2Error) || error.class !== 'eniInUse') {
      throw error;
    }
    await detachIfHere(context, eniId, signal);
    // Detaching takes a while, and a listing may be behind: the delete is tried again until EC2 takes it.
    throw new Ec2Error(error.action, 'notYet', error.code, error.message, { cause: error });
  }
}

/**
 * Takes back all that this run made for an interface: its ENI, then the files on the host, then the intent,
 * which stays until the ENI is gone. Throws a `Failure` that says what is left: the next run adopts it.
 */
export async function takeBack(context: RunContext, name: string, eniId: string): Promise<void> {
  const { host, instance } = context;
  try {
    // Of an ENI that it does not show yet, EC2 says that it does not exist: that would look like a delete done.
    const seen = await untilSeen(context, eniId);
    await giveBackEni(context, name, seen ?? { id: eniId, attachment: undefined });
    await host.removeLinkFiles(instance.instanceId, name);
    await host.removeIntent(name);
  } catch (error) {
    throw notTakenBack(error, `delete it: aws ec2 delete-network-interface --network-interface-id ${eniId}`);
  }
}

/**
 * What keeps an ENI from being taken back, as a `Failure` that says what is left.
 *
 * @param then what is to come, or to be done, once the instance is gone
 */
export function notTakenBack(error: unknown, then: string): Failure {
  return new Failure(
    exitCodeOf(error),
    `${messageOf(error)}. It is left as it is: the next run on this node takes it up again; once the instance is ` +
      `gone, ${then}`,
    { cause: error },
  );
}
