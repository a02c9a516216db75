import type { AddressWatch } from './address-watch.ts';
import { type Cause, causeOf, isStronger } from './cause.ts';
import { foreignOf, type Obstacle } from './obstacle.ts';
import { confirmMs, quickRanks, retryMs } from './pace.ts';
import { probe, rankOf } from './probing.ts';
import { takeOver } from './take-over.ts';

/** Watches the holder until another holds the address, this node perhaps, or the signal aborts. */
export async function standBy(watch: AddressWatch, signal: AbortSignal): Promise<void> {
  const { context, bell } = watch;
  const { clock } = context;
  const watched = watch.holding;
  using probing = probe(watch, watched);
  using over = new Ended();
  if (!watch.looks.hasHeardRouter) {
    void hearRouter(watch, AbortSignal.any([signal, over.signal])).catch(() => undefined);
  }
  let failures = 0;
  let retry: Retry | undefined;
  while (!signal.aborted && watch.holding?.eniId === watched?.eniId) {
    probing.setPace();
    const cause = causeOf(watch);
    const foreign = foreignOf(watch);
    if (retry?.by === 'ec2' && retry.seenAt !== watch.looks.seenAt) {
      // EC2 answers again.
      retry = undefined;
    }
    if (retry !== undefined && cause !== undefined && isStronger(cause, retry.cause)) {
      // What stood in the way of the weaker one need not stand in the way of this.
      retry = undefined;
      failures = 0;
    }
    if (cause === undefined || foreign !== undefined) {
      // Each look tells whether it still is so: that takes no calls of its own.
      tell(watch, cause && foreign);
      failures = 0;
      retry = undefined;
      await bell.heard(clock, undefined, signal);
    } else if (retry !== undefined && clock.now() < retry.at) {
      await bell.heard(clock, retry.at - clock.now(), signal);
    } else {
      const obstacle = await takeOver(watch, cause, signal);
      tell(watch, obstacle);
      retry = obstacle && {
        at: obstacle.until ?? clock.now() + pauseAfter(watch, obstacle, failures),
        seenAt: watch.looks.seenAt,
        by: obstacle.by,
        cause,
      };
      failures = obstacle === undefined ? 0 : failures + 1;
    }
  }
}

/** A take-over that could not be. */
interface Retry {
  /** Not before, by this process's clock. */
  at: number;
  seenAt: number | undefined;
  by: Obstacle['by'];
  cause: Cause;
}

/** Aborts at the end of what it is held in with `using`. */
class Ended extends AbortController {
  [Symbol.dispose](): void {
    this.abort();
  }
}

/**
 * Finds out whether the router answers a candidate at all, for when it comes to that. Not while the VPC may take this node for
 * a holder: what it answers to one tells nothing of others.
 */
async function hearRouter(
  { context, looks, link, address }: AddressWatch,
  signal: AbortSignal,
): Promise<void> {
  const { clock, node } = context;
  while (looks.isHolderOfLate) {
    await clock.sleep(confirmMs.most, signal);
  }
  const answers = await node.gatewayAnswers(link, address, signal, 'candidate');
  if (answers && !signal.aborted) {
    looks.noteRouterHeard();
  }
}

/** In ms. */
function pauseAfter(watch: AddressWatch, { by }: Obstacle, failures: number): number {
  const most = {
    refused: retryMs.mostIfRefused,
    service: retryMs.mostIfOwn,
    carrier: retryMs.mostIfOwn,
    router: retryMs.mostIfOwn,
    ec2: rankOf(watch).rank < quickRanks ? retryMs.mostForEc2 : retryMs.most,
    foreign: retryMs.most,
    limit: retryMs.most,
    race: retryMs.most,
  }[by];
  return Math.min(most, retryMs.first * 2 ** failures);
}

/** As a warning, once. */
function tell(watch: AddressWatch, obstacle: Obstacle | undefined): void {
  const { context, address, state, fields } = watch;
  if (obstacle !== undefined) {
    const { why } = obstacle;
    context.log[state.held === why ? 'debug' : 'warn'](`${address}: not taken over: ${why}`, fields);
  }
  watch.change({ held: obstacle?.why, heldBy: obstacle?.by });
}
