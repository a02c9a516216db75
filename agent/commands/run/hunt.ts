import { addressesPerQuery } from '../../claim/candidates.ts';
import { held } from '../../claim/free.ts';
import { firstOf, formatAddress, intersect, parseRange, type Range, subtract } from '../../claim/range.ts';
import type { Ec2Error } from '../../ec2/port.ts';
import type { SubnetChoice } from '../../plan/steps.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import type { Named } from './intent.ts';
import { listEnis } from './list-enis.ts';

/** The search for an address of one IP version. */
export interface Hunt {
  key: keyof Named;
  /** What looks free. */
  free: readonly Range[];
  /** How often EC2 has said "taken". */
  collisions: number;
}

type Where = Pick<SubnetChoice, 'subnetId' | 'isCut'>;

/**
 * Where a create named an address of each IP version, its refusal may be for either: as its message says, else as
 * EC2's listing shows. The other may be tried again; where nothing tells, neither is.
 */
export async function afterRefusal(
  context: RunContext,
  name: string,
  where: Where,
  hunts: readonly Hunt[],
  named: Named,
  refusal: Ec2Error,
): Promise<Hunt[]> {
  const accused = hunts.filter(({ key }) => refusal.message.includes(`${named[key]}`));
  const suspects = accused.length > 0 ? accused : hunts;
  const looked = await lookAgain(context, name, where, suspects);
  const shown = looked.filter(({ key, free }) => intersect([parseRange(`${named[key]}`)], free).length === 0);
  const guilty = (shown.length > 0 ? shown : looked).map(({ key }) => key);
  return hunts.map((hunt) => {
    const now = looked.find(({ key }) => key === hunt.key) ?? hunt;
    if (!guilty.includes(hunt.key)) {
      context.claims.release(where.subnetId, `${named[hunt.key]}`);
      return now;
    }
    // What EC2 gives to nobody is no sign of others who claim here.
    return refusal.class === 'taken' ? { ...now, collisions: hunt.collisions + 1 } : now;
  });
}

/**
 * The hunts, less what has an owner by now: one call an IP version tells of the lowest addresses that look free.
 * Behind a listing that was cut all of these may be held: then the subnet is listed whole.
 */
export async function lookAgain(
  context: RunContext,
  name: string,
  { subnetId, isCut }: Where,
  hunts: readonly Hunt[],
): Promise<Hunt[]> {
  const looked = await Promise.all(
    hunts.map(async (hunt) => {
      const lowest = firstOf(hunt.free, addressesPerQuery);
      const free = subtract(hunt.free, await nowHeld(context, name, subnetId, lowest));
      const hasFree = intersect(lowest.map(single), free).length > 0;
      return { hunt: { ...hunt, free }, hasFree };
    }),
  );
  const now = looked.map(({ hunt }) => hunt);
  if (!isCut || looked.every(({ hasFree }) => hasFree)) {
    return now;
  }
  const { enis } = await listEnis(context, `list all ENIs of ${subnetId}`, { subnetIds: [subnetId] });
  return now.map((hunt) => ({ ...hunt, free: subtract(hunt.free, held(enis)) }));
}

async function nowHeld(
  context: RunContext,
  name: string,
  subnetId: string,
  lowest: readonly bigint[],
): Promise<Range[]> {
  if (lowest.length === 0) {
    return [];
  }
  const addresses = lowest.map(formatAddress);
  return held(
    await ask(context, `look which addresses of ${subnetId} are still free for ${name}`, (signal) =>
      context.ec2.describeEnis({ subnetIds: [subnetId], addresses }, signal),
    ),
  );
}

function single(address: bigint): Range {
  return { first: address, last: address };
}
