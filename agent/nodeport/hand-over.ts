import { messageOf } from '../failure.ts';
import type { AddressWatch } from './address-watch.ts';
import type { Holding } from './looks.ts';
import { give, takeOff } from './moves.ts';
import { callMs, handOverAgainMs, handOverMs, holdDownMs, lastCallMs, moveLimit, retryMs } from './pace.ts';
import type { Candidate } from './state.ts';
import { successors } from './successors.ts';
import { ownHolding } from './whose.ts';

/** Why an address is to go. */
interface Parting {
  why: string;
  /** The watcher ends: whoever there is, is to have it, and time is short. */
  isLast: boolean;
  /** Whether this node still serves what arrives. */
  isWell: boolean;
}

/**
 * Gives the address to the first candidate that answers: those that watch look at EC2 once a minute only. While EC2 is
 * asked for them this node still serves. Answers whether it is gone from here.
 */
export async function handOver(watch: AddressWatch, { why, isLast, isWell }: Parting): Promise<boolean> {
  const { context, looks, address, link } = watch;
  const { log, clock } = context;
  const started = clock.now();
  const each = isLast ? lastCallMs : callMs;
  const end = started + (isLast ? handOverMs.last : handOverMs.otherwise);
  const left = () => Math.max(500, Math.min(each, end - clock.now()));
  const stay = (obstacle: string) => {
    const told = `${address}: ${why}, and it stays here: ${obstacle}`;
    log[watch.toldStay === told ? 'debug' : 'warn'](told, watch.fields);
    watch.toldStay = told;
    return false;
  };
  if (!isLast && hasMovedTooOften(watch)) {
    return stay(`it has moved ${moveLimit.count} times within ${moveLimit.withinMs / 60_000} minutes`);
  }
  const unlisted = await listAnew(watch, left);
  const others = await successors(watch, isLast);
  if (others.length === 0) {
    return stay(unlisted ?? 'there is no other node to hand it to');
  }
  // Who has taken it off must be able to give it to somebody still.
  if (end - clock.now() < 2 * each - 1_000) {
    return stay('EC2 took too long to answer');
  }
  try {
    if ((await takeOff(context, address, link.eniId, left())) === 'lost') {
      await looks.look(left());
      return !watch.isHolder;
    }
  } catch (error) {
    return stay(messageOf(error));
  }
  for (const other of others.slice(0, 3)) {
    // The last of the time is for giving it back.
    if (end - clock.now() < each) {
      break;
    }
    const to = await tryGive(watch, other, isLast ? left() / 2 : left());
    if (to !== undefined) {
      watch.handOverPauseMs = handOverAgainMs;
      watch.noteMove(to, 'handed over', why);
      looks.note(address, to, link.eniId);
      const ms = Math.round(clock.now() - started);
      const whom = `${other.instanceId} (${other.eniId})`;
      log.info(`${address}: handed over to ${whom} in ${ms} ms: ${why}`, {
        ...watch.fields,
        eni: other.eniId,
        ms,
      });
      return true;
    }
  }
  // Others would notice within seconds that this node dies, but within a minute only that nobody holds the address.
  watch.handOverPauseMs = Math.min(retryMs.mostIfRefused, 2 * watch.handOverPauseMs);
  watch.handOverAt = clock.now() + watch.handOverPauseMs;
  try {
    if (isWell && (await give(context, address, link.eniId, left())) === 'moved') {
      // Listings may show nobody for a while: it was never away.
      looks.note(address, ownHolding(watch), undefined);
    } else if (!isLast) {
      await looks.look();
    }
  } catch (error) {
    log.warn(`${address}: ${messageOf(error)}`, watch.fields);
  }
  return !watch.isHolder;
}

/** Answers why not, in words; not at all where it was done just now, and there were any. */
async function listAnew(
  { looks: { carriers }, context: { clock }, address, link }: AddressWatch,
  left: () => number,
): Promise<string | undefined> {
  const { listedAt } = carriers;
  const isRecent = listedAt !== undefined && clock.now() - listedAt < holdDownMs;
  if (isRecent && carriers.candidates(address).some(({ eniId }) => eniId !== link.eniId)) {
    return undefined;
  }
  try {
    await carriers.listEnis(Math.min(left(), lastCallMs / 2));
    await carriers.listNodes(Math.min(left(), lastCallMs / 2));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** All nodes may have the same trouble, or none at all: then it must not go round and round. */
function hasMovedTooOften({ state, context }: AddressWatch): boolean {
  const since = context.wallClock() - moveLimit.withinMs;
  return state.moves.filter(({ at }) => Date.parse(at) > since).length >= moveLimit.count;
}

/** What is known of the new holder; undefined where EC2 refuses it. Where somebody else has it, it has moved all the same. */
async function tryGive(watch: AddressWatch, to: Candidate, ms: number): Promise<Holding | undefined> {
  const { context, address, looks } = watch;
  const { instanceId, eniId, nodeAddress } = to;
  try {
    if ((await give(context, address, eniId, ms)) === 'lost') {
      await looks.look(ms);
      return watch.isHolder ? undefined : watch.holding;
    }
    const instance = { instanceId, state: 'running', nodeAddress };
    return { eniId, instance, isPrimaryAddress: false, isOurs: true };
  } catch (error) {
    context.log.warn(`${address}: cannot be handed to ${instanceId}: ${messageOf(error)}`, watch.fields);
    return undefined;
  }
}
