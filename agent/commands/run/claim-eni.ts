import type { Eni } from '../../claim/facts.ts';
import type { CreatedInterface } from '../../config/model.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { Creation } from '../../plan/steps.ts';
import { type AllTaken, claimInSubnet, unusableAtMost } from './claim-in-subnet.ts';
import type { RunContext } from './context.ts';

/**
 * Claims addresses by creating the interface's ENI with them: EC2 is the lock. Goes on to the next address when
 * one is taken and to the next subnet when one is full, or gives out none. Throws a `Failure` (5) when all do.
 */
export async function claimEni(context: RunContext, { config, choices }: Creation): Promise<Eni> {
  const { name } = config;
  const reasons: string[] = [];
  for (const choice of choices) {
    const { subnetId } = choice;
    const outcome = await claimInSubnet(context, config, choice);
    if ('id' in outcome) {
      return outcome;
    }
    const reason = reasonFor(outcome, subnetId);
    context.log.warn(`${name}: ${reason}`, { interface: name, subnet: subnetId });
    reasons.push(reason);
  }
  throw new Failure(
    ExitCode.noneFree,
    `${name}: no address could be claimed: ${reasons.join('; ')}. Release addresses there, ${widen(config)}` +
      `or add a subnet of zone ${context.instance.zone}`,
  );
}

function reasonFor(outcome: Ec2Error | AllTaken, subnetId: string): string {
  if (outcome instanceof Ec2Error && outcome.class === 'unusable') {
    return (
      `${subnetId} refused ${unusableAtMost} addresses in a row, as none that it gives out, the last time with ` +
      `${outcome.code}: ${outcome.message.replace(/\.$/, '')}: see the subnet's CIDRs and reservations`
    );
  }
  if (outcome instanceof Ec2Error) {
    return `${subnetId} is full (${outcome.code})`;
  }
  return (
    `in ${subnetId} every ${outcome.version} address that looked free is taken (EC2 refused ${outcome.refusals}): ` +
    'others claim here too, or, in a shared VPC, hold addresses that no listing shows'
  );
}

function widen({ ipv4, ipv6 }: CreatedInterface): string {
  const keys = [
    ...(ipv4.within.length > 0 ? ['ipv4.within'] : []),
    ...(ipv6.within.length > 0 ? ['ipv6.within'] : []),
  ];
  return keys.length === 0 ? '' : `widen ${keys.join(' or ')}, `;
}
