import { Ec2Error } from '../ec2/port.ts';
import { messageOf } from '../failure.ts';
import { askWithin } from './ask.ts';
import { callMs } from './pace.ts';
import type { WatchContext } from './ports.ts';

/** For one more look, in ms. */
const shownMs = 2_000;

/** How an attempt to move an address ended: it is there, or another node was faster. */
export type Outcome = 'moved' | 'lost';

/**
 * Takes the address off the ENI that was seen to hold it: the first half of a compare-and-swap, for EC2 takes it off no
 * other. `lost` where that did not hold it any more. Throws a `Failure` where EC2 does not answer so.
 */
export async function takeOff(
  context: WatchContext,
  address: string,
  eniId: string,
  ms = callMs,
): Promise<Outcome> {
  let attempts = 0;
  const answer = await askWithin(
    context,
    ms,
    `take ${address} off ${eniId}`,
    (signal) => {
      attempts += 1;
      return context.ec2.unassignAddress(eniId, address, signal);
    },
    ['notHeld', 'notFound'],
  );
  // Of several attempts, one whose answer was lost may have done it, and an ENI that is gone holds nothing: whether the
  // address is free the next call tells.
  return answer instanceof Ec2Error && answer.class === 'notHeld' && attempts === 1 ? 'lost' : 'moved';
}

/** The second half: EC2 gives it to nobody while somebody holds it, and then it is `lost`. Throws a `Failure`. */
export async function give(
  context: WatchContext,
  address: string,
  eniId: string,
  ms = callMs,
): Promise<Outcome> {
  let attempts = 0;
  const answer = await askWithin(
    context,
    ms,
    `give ${address} to ${eniId}`,
    (signal) => {
      attempts += 1;
      return context.ec2.assignAddress(eniId, address, signal);
    },
    ['taken'],
  );
  if (!(answer instanceof Ec2Error)) {
    return 'moved';
  }
  // EC2 may refuse an ENI its own address: one whose first answer was lost.
  return attempts > 1 && (await hasIt(context, address, eniId)) ? 'moved' : 'lost';
}

async function hasIt(context: WatchContext, address: string, eniId: string): Promise<boolean> {
  const { ec2, log } = context;
  try {
    const [eni] = await askWithin(context, shownMs, `look up ${eniId}`, (signal) =>
      ec2.describeEnis({ ids: [eniId] }, signal),
    );
    return [...(eni?.addresses ?? []), ...(eni?.ipv6Addresses ?? [])].includes(address);
  } catch (error) {
    log.debug(messageOf(error));
    return false;
  }
}
