import type { AddressWatch } from './address-watch.ts';
import { causeOf } from './cause.ts';
import { foreignOf, type Obstacle } from './obstacle.ts';
import { quickRanks, retryMs } from './pace.ts';
import { probe, rankOf } from './probing.ts';
import { takeOver } from './take-over.ts';

/** Watches the holder until another holds the address, this node perhaps, or the signal aborts. */
export async function standBy(watch: AddressWatch, signal: AbortSignal): Promise<void> {
  const { context, bell } = watch;
  const { clock } = context;
  const watched = watch.holding;
  using probing = probe(watch, watched);
  // So that it is known, when it comes to that, whether the router answers a candidate at all.
  void context.node.gatewayAnswers(watch.link, watch.address, signal, 'candidate').catch(() => undefined);
  let failures = 0;
  let retry: { at: number; seenAt: number | undefined; by: Obstacle['by'] } | undefined;
  while (!signal.aborted && watch.holding?.eniId === watched?.eniId) {
    probing.setPace();
    const cause = causeOf(watch);
    const foreign = foreignOf(watch);
    if (retry?.by === 'ec2' && retry.seenAt !== watch.looks.seenAt) {
      // EC2 answers again.
      retry = undefined;
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
      };
      failures = obstacle === undefined ? 0 : failures + 1;
    }
  }
}

/** In ms. */
function pauseAfter(watch: AddressWatch, { by }: Obstacle, failures: number): number {
  const most =
    by === 'refused'
      ? retryMs.mostIfRefused
      : by === 'ec2' && rankOf(watch).rank < quickRanks
        ? retryMs.mostForEc2
        : retryMs.most;
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
