import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import type { CreateIntent, Stored } from '../../host/port.ts';
import { fits } from '../../plan/fits.ts';
import type { Creation } from '../../plan/steps.ts';
import { untilSeen } from './ask.ts';
import type { RunContext } from './context.ts';
import { createEni } from './create-eni.ts';
import { giveBackEni } from './give-back.ts';

/**
 * The ENI of an earlier run's intent that EC2 does not show, for the interface to take; nothing if there is none,
 * or if the configuration no longer wants it: then it is given back.
 */
export async function recoverEni(
  context: RunContext,
  { config, subnetIds }: Creation,
  intent: Stored<CreateIntent>,
): Promise<Eni | undefined> {
  const eni = await settle(context, intent);
  if (eni === undefined || fits(eni, config, subnetIds)) {
    return eni;
  }
  await giveBackEni(context, config.name, eni);
  return undefined;
}

/**
 * What came of an intent: the same create again answers with the ENI if it was created, even while no listing
 * shows it. Nothing if it was not, or if the token answers with an ENI that has been deleted since.
 */
export async function settle(
  context: RunContext,
  { ageMs: _, isTakenBack: __, ...intent }: Stored<CreateIntent>,
): Promise<Eni | undefined> {
  const name = intent.interface;
  const created = await createEni(context, intent, [
    'taken',
    'unusable',
    'full',
    'tokenMismatch',
    'notFound',
    'invalid',
  ]);
  if (created instanceof Ec2Error) {
    context.log.info(`${name}: nothing came of it: ${created.message}`, { interface: name });
    return undefined;
  }
  const eni = await untilSeen(context, created.id);
  if (eni === undefined) {
    context.log.info(`${name}: ${created.id} does not exist any more`, { interface: name, eni: created.id });
  }
  return eni;
}
