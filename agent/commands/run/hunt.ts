import { addressesPerQuery } from '../../claim/candidates.ts';
import { held } from '../../claim/free.ts';
import { firstOf, formatAddress, intersect, parseRange, type Range, subtract } from '../../claim/range.ts';
import type { Ec2Error } from '../../ec2/port.ts';
import { type Queue, queueNow } from '../../plan/other-groups.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import type { Named } from './intent.ts';
import { listEnis } from './list-enis.ts';

/** The search for an address of one IP version. */
export interface Hunt {
  key: keyof Named;
  /** What looks free. */
  free: readonly Range[];
  /** Who else is after it. */
  queue: Queue;
  /** How often EC2 has said "taken", and nothing told why. */
  collisions: number;
}

/** The search for an ENI's addresses in a subnet. */
export interface Search {
  hunts: readonly Hunt[];
  /** Whether more ENIs are there than were listed: then some of what looks free is not. */
  isCut: boolean;
}

/**
 * Where a create named an address of each IP version, its refusal may be for either: as its message says, else as
 * EC2's listing shows. The other may be tried again; where nothing tells, neither is.
 */
export async function afterRefusal(
  context: RunContext,
  name: string,
  subnetId: string,
  search: Search,
  named: Named,
  refusal: Ec2Error,
): Promise<Search> {
  const { hunts, isCut } = search;
  const accused = hunts.filter(({ key }) => refusal.message.includes(`${named[key]}`));
  const suspects = accused.length > 0 ? accused : hunts;
  const isTaken = refusal.class === 'taken';
  let looked = await lookAgain(context, name, subnetId, { ...search, hunts: isCut ? hunts : suspects });
  let isUnlisted = false;
  if (looked.isCut && isTaken && !looked.hunts.some((hunt) => isHeld(hunt, named))) {
    // By its addresses no delegated prefix is found.
    looked = await listWhole(context, subnetId, looked);
    isUnlisted = looked.hunts.some((hunt) => isHeld(hunt, named));
  }
  const shown = looked.hunts.filter((hunt) => isHeld(hunt, named));
  const guilty = (shown.length > 0 ? shown : suspects).map(({ key }) => key);
  const next = hunts.map((hunt) => {
    const now = looked.hunts.find(({ key }) => key === hunt.key) ?? hunt;
    if (!guilty.includes(hunt.key)) {
      context.claims.release(subnetId, `${named[hunt.key]}`);
      return now;
    }
    // Those that have come to be known are why, and this node's place among them is known too.
    const isExplained = now.queue.others.length < hunt.queue.others.length;
    // What EC2 gives to nobody, and what a listing that was cut did not show, is no sign of others who claim here.
    return isTaken && !isUnlisted && !isExplained ? { ...now, collisions: hunt.collisions + 1 } : now;
  });
  return { ...looked, hunts: next };
}

function isHeld({ key, free }: Hunt, named: Named): boolean {
  return intersect([parseRange(`${named[key]}`)], free).length === 0;
}

/**
 * The search, less what has an owner by now: one call an IP version tells of the lowest addresses that look free.
 * Behind a listing that was cut all of these may be held: then the subnet is listed whole. So it is where others were
 * launched with this node: the lowest say little then, and who has got what is part of the question.
 */
export async function lookAgain(
  context: RunContext,
  name: string,
  subnetId: string,
  search: Search,
): Promise<Search> {
  const { hunts, isCut } = search;
  if (hunts.some(({ queue }) => queue.ahead.length > 0 || queue.others.length > 0)) {
    return listWhole(context, subnetId, search);
  }
  const looked = await Promise.all(
    hunts.map(async (hunt) => {
      const lowest = firstOf(hunt.free, addressesPerQuery);
      const free = subtract(hunt.free, await nowHeld(context, name, subnetId, lowest));
      const hasFree = intersect(lowest.map(single), free).length > 0;
      return { hunt: { ...hunt, free }, hasFree };
    }),
  );
  const now = { ...search, hunts: looked.map(({ hunt }) => hunt) };
  return isCut && !looked.every(({ hasFree }) => hasFree) ? listWhole(context, subnetId, now) : now;
}

/** Behind a listing that was cut once a claim: it may take twenty pages. */
async function listWhole(context: RunContext, subnetId: string, { hunts }: Search): Promise<Search> {
  const { enis } = await listEnis(context, `list all ENIs of ${subnetId}`, { subnetIds: [subnetId] });
  const taken = held(enis);
  return {
    hunts: hunts.map((hunt) => ({
      ...hunt,
      free: subtract(hunt.free, taken),
      queue: queueNow(hunt.queue, enis),
    })),
    isCut: false,
  };
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
