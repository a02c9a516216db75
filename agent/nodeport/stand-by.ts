import type { AddressWatch } from './address-watch.ts';
import { causeOf } from './cause.ts';
import { retryMs } from './pace.ts';
import { probe } from './probing.ts';
import { foreignOf, takeOver, told } from './take-over.ts';

/** Watches the holder until another holds the address, this node perhaps, or the signal aborts. */
export async function standBy(watch: AddressWatch, signal: AbortSignal): Promise<void> {
  const { context, bell } = watch;
  const { clock } = context;
  const watched = watch.holding;
  using probing = probe(watch, watched);
  // So that it is known, when it comes to that, whether the router answers a candidate at all.
  void context.node.gatewayAnswers(watch.link, watch.address, signal, 'candidate').catch(() => undefined);
  let failures = 0;
  let retryAt = 0;
  while (!signal.aborted && watch.holding?.eniId === watched?.eniId) {
    probing.setPace();
    const cause = causeOf(watch);
    const foreign = foreignOf(watch);
    if (cause === undefined || foreign !== undefined) {
      // Each look tells whether it still is so: that takes no calls of its own.
      watch.change({ held: cause && foreign && told(watch, foreign) });
      await bell.heard(clock, undefined, signal);
    } else if (clock.now() < retryAt) {
      await bell.heard(clock, retryAt - clock.now(), signal);
    } else {
      const obstacle = await takeOver(watch, cause, signal);
      watch.change({ held: obstacle });
      if (obstacle !== undefined) {
        retryAt = clock.now() + Math.min(retryMs.most, retryMs.first * 2 ** failures);
        failures += 1;
      }
    }
  }
}
