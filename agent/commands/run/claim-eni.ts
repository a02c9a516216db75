import type { Eni } from '../../claim/facts.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { Creation } from '../../plan/steps.ts';
import { claimInSubnet } from './claim-in-subnet.ts';
import type { RunContext } from './context.ts';

/**
 * Claims addresses by creating the interface's ENI with them: EC2 is the lock. Goes on to the next address when
 * one is taken and to the next subnet when one is full. Throws a `Failure` (5) when all are.
 */
export async function claimEni(context: RunContext, { config, choices }: Creation): Promise<Eni> {
  const { name } = config;
  const refusals: string[] = [];
  for (const choice of choices) {
    const { subnetId } = choice;
    const eni = await claimInSubnet(context, config, choice);
    if (eni !== undefined && !(eni instanceof Ec2Error)) {
      return eni;
    }
    const refusal = eni === undefined ? allTaken(context, subnetId) : `${subnetId} is full (${eni.code})`;
    context.log.warn(`${name}: ${refusal}`, { interface: name, subnet: subnetId });
    refusals.push(refusal);
  }
  throw new Failure(
    ExitCode.noneFree,
    `${name}: no address could be claimed: ${refusals.join('; ')}. Release addresses there, widen within, ` +
      `or add a subnet of zone ${context.instance.zone}`,
  );
}

function allTaken({ claims }: RunContext, subnetId: string): string {
  return (
    `in ${subnetId} every address that looked free is taken (EC2 refused ${claims.tried(subnetId).length}): others ` +
    'claim here too, or, in a shared VPC, hold addresses that no listing shows'
  );
}
