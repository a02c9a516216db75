import { messageOf } from '../failure.ts';
import type { AddressWatch } from './address-watch.ts';
import { handOver } from './hand-over.ts';
import { confirmMs, gatewayMs, handOverAgainMs, healthMs, imdsMs, keepMs } from './pace.ts';
import { whose } from './whose.ts';

/**
 * Looks after the address while this node holds it; until it does not, or the signal aborts.
 *
 * @param isNew it has come here while this process watched
 */
export async function hold(watch: AddressWatch, signal: AbortSignal, isNew: boolean): Promise<void> {
  const { context, bell, link, address } = watch;
  const { clock, log, node } = context;
  const health = new Health(watch);
  // Who gets it while it is drained keeps it to the end: else those that are drained together would pass it around.
  let wasDraining = isNew && node.isDraining();
  const handOverAt = isNew ? clock.now() + keepMs : 0;
  let imdsPauseMs = imdsMs;
  let imdsAt = 0;
  watch.looks.noteHeld();
  log.info(`${address}: this node holds it, with ${link.eniId}`, { ...watch.fields, eni: link.eniId });
  watch.change({ held: undefined, heldBy: undefined });
  void confirm(watch, signal);
  watch.imds = undefined;
  while (!signal.aborted && watch.isHolder) {
    await bell.heard(clock, healthMs, signal);
    if (isGoneByImds(watch) && clock.now() >= imdsAt) {
      await watch.looks.look().catch((error: unknown) => log.debug(messageOf(error)));
      watch.imds = undefined;
      imdsPauseMs *= 2;
      imdsAt = clock.now() + imdsPauseMs;
    }
    wasDraining &&= node.isDraining();
    const drained = !wasDraining && node.isDraining() ? 'this node is being drained' : undefined;
    // A drain is somebody's will, and each node has one: no false alarm that goes round.
    const trouble = drained ?? (clock.now() >= handOverAt ? await health.trouble(signal) : undefined);
    if (trouble === undefined) {
      // What comes next is another matter.
      watch.handOverPauseMs = handOverAgainMs;
      watch.handOverAt = Math.min(watch.handOverAt, clock.now() + handOverAgainMs);
    }
    if (trouble !== undefined && clock.now() >= watch.handOverAt && !signal.aborted && watch.isHolder) {
      watch.handOverAt = clock.now() + watch.handOverPauseMs;
      await handOver(watch, { why: trouble, isLast: false, isWell: drained !== undefined });
    }
  }
  watch.looks.noteHeld();
  if (!watch.isHolder) {
    log.info(`${address}: this node does not hold it any more: ${whose(watch.holding)} does`, watch.fields);
  }
}

/** Says when IMDS shows it here, which is when the VPC has moved it, and announces it then; if it never does, looks again. */
async function confirm(watch: AddressWatch, signal: AbortSignal): Promise<void> {
  const { context, link, address } = watch;
  const { clock, imds, log, node } = context;
  const started = clock.now();
  while (!signal.aborted && watch.isHolder) {
    const shown = await imds.addresses(link.mac, signal).catch(() => undefined);
    const ms = Math.round(clock.now() - started);
    if (shown?.includes(address)) {
      log.info(`${address}: IMDS shows it on ${link.eniId}`, { ...watch.fields, eni: link.eniId, ms });
      await node.announce(link, address);
      return;
    }
    if (ms >= confirmMs.most) {
      log.warn(`${address}: IMDS does not show it on ${link.eniId}, after ${ms / 1000} s`, watch.fields);
      await watch.looks.look().catch((error: unknown) => log.debug(messageOf(error)));
      return;
    }
    await clock.sleep(confirmMs.each, signal).catch(() => undefined);
  }
}

/** IMDS is behind, but not for three times in a row. */
function isGoneByImds({ imds }: AddressWatch): boolean {
  return imds !== undefined && !imds.has && imds.times >= 3;
}

/** Whether this node can serve what is delivered to it. */
class Health {
  readonly #watch: AddressWatch;
  #gatewayAt: number;
  #silences = 0;
  #withoutCarrier = 0;

  constructor(watch: AddressWatch) {
    this.#watch = watch;
    this.#gatewayAt = watch.context.clock.now();
  }

  /** In words; undefined: all is well. */
  async trouble(signal: AbortSignal): Promise<string | undefined> {
    const { context, link, address } = this.#watch;
    const { node, clock } = context;
    const hasCarrier = await node.hasCarrier(link).catch(() => false);
    this.#withoutCarrier = hasCarrier ? 0 : this.#withoutCarrier + 1;
    if (this.#withoutCarrier > 1) {
      return `${link.name} has no carrier`;
    }
    if (hasCarrier && clock.now() >= this.#gatewayAt) {
      const answers = await node.gatewayAnswers(link, address, signal, 'holder').catch(() => false);
      this.#silences = answers ? 0 : this.#silences + 1;
      // Once more at once: one lost packet is no reason to move.
      this.#gatewayAt = clock.now() + (this.#silences === 1 ? 0 : gatewayMs);
    }
    return this.#silences > 1 ? `the router of ${link.subnetId} does not answer on ${link.name}` : undefined;
  }
}
