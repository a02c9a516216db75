import { addressesPerQuery } from '../../claim/candidates.ts';
import { held } from '../../claim/free.ts';
import { firstOf, formatAddress, intersect, parseRange, type Range, subtract } from '../../claim/range.ts';
import type { Ec2Error } from '../../ec2/port.ts';
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

/**
 * Where a create named an address of each IP version, its refusal may be for either: as its message says, else as
 * EC2's listing shows. The other may be tried again; where nothing tells, neither is.
 */
export async function afterRefusal(
  context: RunContext,
  name: string,
  subnetId: string,
  hunts: readonly Hunt[],
  named: Named,
  refusal: Ec2Error,
): Promise<Hunt[]> {
  if (refusal.class !== 'taken') {
    return [...hunts];
  }
  const accused = hunts.filter(({ key }) => refusal.message.includes(`${named[key]}`));
  const suspects = accused.length > 0 ? accused : hunts;
  const looked = await Promise.all(
    suspects.map(async (hunt) => {
      const taken = await nowHeld(context, name, subnetId, hunt.free);
      const isHeld = intersect([parseRange(`${named[hunt.key]}`)], taken).length > 0;
      return { hunt: { ...hunt, free: subtract(hunt.free, taken) }, isHeld };
    }),
  );
  const shown = looked.filter(({ isHeld }) => isHeld);
  const guilty = (shown.length > 0 ? shown : looked).map(({ hunt }) => hunt.key);
  return hunts.map((hunt) => {
    const now = looked.find((each) => each.hunt.key === hunt.key)?.hunt ?? hunt;
    if (guilty.includes(hunt.key)) {
      return { ...now, collisions: hunt.collisions + 1 };
    }
    context.claims.release(subnetId, `${named[hunt.key]}`);
    return now;
  });
}

/** Which of the addresses that we might try next have an owner by now: one call for all of them. */
async function nowHeld(
  context: RunContext,
  name: string,
  subnetId: string,
  free: readonly Range[],
): Promise<Range[]> {
  const addresses = firstOf(free, addressesPerQuery).map(formatAddress);
  if (addresses.length === 0) {
    return [];
  }
  return held(
    await ask(context, `look which addresses of ${subnetId} are still free for ${name}`, (signal) =>
      context.ec2.describeEnis({ subnetIds: [subnetId], addresses }, signal),
    ),
  );
}

/**
 * Behind a listing that was cut, what looks free need not be: one call tells of the lowest addresses. Only if all
 * of these are held is the subnet listed whole.
 */
export async function verified(
  context: RunContext,
  name: string,
  subnetId: string,
  hunt: Hunt,
): Promise<Hunt> {
  const lowest = firstOf(hunt.free, addressesPerQuery).map((first) => ({ first, last: first }));
  const free = subtract(hunt.free, await nowHeld(context, name, subnetId, hunt.free));
  if (intersect(lowest, free).length > 0) {
    return { ...hunt, free };
  }
  const { enis } = await listEnis(context, `list all ENIs of ${subnetId}`, { subnetIds: [subnetId] });
  return { ...hunt, free: subtract(free, held(enis)) };
}
