import { addressesPerQuery, choose } from '../../claim/candidates.ts';
import type { Eni } from '../../claim/facts.ts';
import { held } from '../../claim/free.ts';
import { firstOf, formatAddress, type Range, subtract } from '../../claim/range.ts';
import { Ec2Error } from '../../ec2/port.ts';
import { ExitCode, Failure } from '../../failure.ts';
import type { InterfacePlan } from '../../plan/steps.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { createEni } from './create-eni.ts';
import { newIntent } from './intent.ts';

/**
 * Claims an address by creating the interface's ENI with it: EC2 is the lock. Goes on to the next address when
 * one is taken and to the next subnet when one is full. Throws a `Failure` (5) when all are.
 */
export async function claimEni(context: RunContext, plan: InterfacePlan): Promise<Eni> {
  const { name } = plan.config;
  const refusals: string[] = [];
  for (const { subnetId, free } of plan.choices) {
    const eni =
      free === undefined
        ? await createIn(context, plan, subnetId)
        : await claimFirstFree(context, plan, subnetId, free);
    if (eni !== undefined && !(eni instanceof Ec2Error)) {
      return eni;
    }
    const refusal = eni === undefined ? allTaken(context, subnetId) : `${subnetId} is full (${eni.code})`;
    context.log.warn(`${name}: ${refusal}`, { interface: name, subnet: subnetId });
    refusals.push(refusal);
  }
  throw new Failure(
    ExitCode.noneFree,
    `${name}: no address could be claimed: ${refusals.join('; ')}. Release addresses there, widen ipv4.within, ` +
      `or add a subnet of zone ${context.instance.zone}`,
  );
}

/** The ENI, EC2's word that the subnet is full, or nothing if every address that looked free has an owner. */
async function claimFirstFree(
  context: RunContext,
  plan: InterfacePlan,
  subnetId: string,
  freeBefore: readonly Range[],
): Promise<Eni | Ec2Error | undefined> {
  const { claims, random, log } = context;
  const { name } = plan.config;
  let free = freeBefore;
  for (let collisions = 0; ; ) {
    free = subtract(free, claims.tried(subnetId));
    const candidate = choose(free, collisions, random);
    if (candidate === undefined) {
      return undefined;
    }
    const address = formatAddress(candidate);
    const eni = await createIn(context, plan, subnetId, address);
    if (!(eni instanceof Ec2Error) || eni.class === 'full') {
      return eni;
    }
    log.info(`${name}: ${address} is not to be had: ${eni.message}`, {
      interface: name,
      subnet: subnetId,
      address,
    });
    if (eni.class === 'taken') {
      collisions += 1;
      free = subtract(free, await nowHeld(context, name, subnetId, free));
    }
  }
}

/** Which of the addresses that we might try next have got an owner since the listing: one call for all of them. */
async function nowHeld(
  context: RunContext,
  name: string,
  subnetId: string,
  free: readonly Range[],
): Promise<Range[]> {
  const addresses = firstOf(free, addressesPerQuery).map(formatAddress);
  return held(
    await ask(context, `look which addresses of ${subnetId} are still free for ${name}`, (signal) =>
      context.ec2.describeEnis({ subnetIds: [subnetId], addresses }, signal),
    ),
  );
}

/** Creates the ENI, its intent on the disk before. */
async function createIn(
  context: RunContext,
  plan: InterfacePlan,
  subnetId: string,
  address?: string,
): Promise<Eni | Ec2Error> {
  const intent = newIntent(context, plan.config, subnetId, address);
  if (address !== undefined) {
    context.claims.add(subnetId, address);
  }
  await context.host.writeIntent(intent);
  return createEni(context, intent);
}

function allTaken({ claims }: RunContext, subnetId: string): string {
  return (
    `in ${subnetId} every address that looked free is taken (EC2 refused ${claims.tried(subnetId).length}): others ` +
    'claim here too, or, in a shared VPC, hold addresses that no listing shows'
  );
}
