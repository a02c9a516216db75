import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import type { Intent } from '../../host/port.ts';
import { fits } from '../../plan/eni-source.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import { untilSeen } from './ask.ts';
import type { RunContext } from './context.ts';
import { createEni } from './create-eni.ts';
import { giveBackEni } from './give-back.ts';

/**
 * Settles an intent of an earlier run whose ENI EC2 does not show: the same create again answers with the ENI
 * if it was created, even while no listing shows it. Answers with the ENI if the interface can take it; nothing
 * if there is none, or the token answers with an ENI that has been deleted, or with one that the configuration
 * no longer wants, which is given back.
 */
export async function recoverEni(
  context: RunContext,
  plan: InterfacePlan,
  intent: Intent,
): Promise<Eni | undefined> {
  const { name } = plan.config;
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
    return undefined;
  }
  if (!fits(eni, plan.config)) {
    await giveBackEni(context, name, eni.id);
    return undefined;
  }
  return eni;
}
