import { choose } from '../../claim/candidates.ts';
import type { Eni } from '../../claim/facts.ts';
import { formatAddress, subtract } from '../../claim/range.ts';
import type { CreatedInterface } from '../../config/model.ts';
import { Ec2Error } from '../../ec2/port.ts';
import type { AddressChoice, SubnetChoice } from '../../plan/steps.ts';
import type { RunContext } from './context.ts';
import { createEni } from './create-eni.ts';
import { afterRefusal, type Hunt, lookAgain, type Search } from './hunt.ts';
import { type Named, newIntent } from './intent.ts';

/** Every address of one IP version that looked free has an owner. */
export interface AllTaken {
  version: 'IPv4' | 'IPv6';
  refusals: number;
}

/**
 * So many addresses in a row that EC2 gives to nobody are no accident: one of the subnet's CIDRs may have been
 * disassociated since it was listed. Each try more would be a call of the account's bucket.
 */
export const unusableAtMost = 8;

/**
 * Creates the interface's ENI in one subnet, at the first addresses that EC2 lets it have. Answers with EC2's word
 * that the subnet is full, with its last one where it gives out none of the addresses (`unusable`), or that all that
 * looked free is taken.
 */
export async function claimInSubnet(
  context: RunContext,
  config: CreatedInterface,
  choice: SubnetChoice,
): Promise<Eni | Ec2Error | AllTaken> {
  const { claims, random, log } = context;
  const { name } = config;
  const { subnetId } = choice;
  let search: Search = { hunts: huntsFor(choice), isCut: choice.isCut };
  if (search.isCut) {
    search = await lookAgain(context, name, subnetId, search);
  }
  let unusable = 0;
  for (let refusals = 0; ; refusals += 1) {
    const tried = claims.tried(subnetId);
    const hunts = search.hunts.map((hunt) => ({ ...hunt, free: subtract(hunt.free, tried) }));
    const candidates = hunts.map(({ key, free, queue, collisions }) => ({
      key,
      address: choose(free, queue.ahead.length, collisions, random),
    }));
    const without = candidates.find(({ address }) => address === undefined);
    if (without !== undefined) {
      return { version: without.key === 'address' ? 'IPv4' : 'IPv6', refusals };
    }
    const named: Named = Object.fromEntries(
      candidates.map(({ key, address = 0n }) => [key, formatAddress(address)]),
    );
    const eni = await createIn(context, config, choice, named);
    if (!(eni instanceof Ec2Error) || eni.class === 'full' || hunts.length === 0) {
      return eni;
    }
    unusable = eni.class === 'unusable' ? unusable + 1 : 0;
    if (unusable === unusableAtMost) {
      return eni;
    }
    const both = hunts.length > 1 ? ' both' : '';
    log.info(`${name}: ${addressesIn(named).join(' and ')} cannot${both} be had: ${eni.message}`, {
      interface: name,
      subnet: subnetId,
      ...named,
    });
    search = await afterRefusal(context, name, subnetId, { ...search, hunts }, named, eni);
  }
}

function huntsFor({ ipv4, ipv6 }: SubnetChoice): Hunt[] {
  return [...huntFor('address', ipv4), ...huntFor('ipv6Address', ipv6)];
}

function huntFor(key: Hunt['key'], choice: AddressChoice): Hunt[] {
  return choice.mode === 'FirstFree' ? [{ key, free: choice.free, queue: choice.queue, collisions: 0 }] : [];
}

function addressesIn({ address, ipv6Address }: Named): string[] {
  return [address, ipv6Address].filter((each) => each !== undefined);
}

/** Creates the ENI, its intent on the disk before. */
async function createIn(
  context: RunContext,
  config: CreatedInterface,
  choice: SubnetChoice,
  named: Named,
): Promise<Eni | Ec2Error> {
  const intent = newIntent(context, config, choice, named);
  for (const address of addressesIn(named)) {
    context.claims.add(choice.subnetId, address);
  }
  await context.host.writeIntent(intent);
  return createEni(context, intent);
}
