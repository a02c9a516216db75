import { messageOf } from '../failure.ts';
import { type AddressWatch, whose } from './address-watch.ts';
import { type Cause, causeOf, gone } from './cause.ts';
import type { Holding } from './looks.ts';
import { forbidden } from './move-limit.ts';
import { move } from './moves.ts';
import { notServingMs } from './pace.ts';
import { probeOnceMore, rankOf } from './probing.ts';
import { rankDelay } from './rank.ts';

/** Takes the address over, if it is still called for when it is this node's turn. Answers why not, where it is not to. */
export async function takeOver(
  watch: AddressWatch,
  cause: Cause,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { context, link, address, looks } = watch;
  const { clock, node, log, random } = context;
  const before = watch.holding;
  const serving = node.isServing(watch.config.probePort, signal).catch(() => undefined);
  await Promise.all([
    clock.sleep(rankDelay(rankOf(watch), random), signal).catch(() => undefined),
    probeOnceMore(watch, signal),
  ]);
  if ((await serving) === false) {
    if (cause.kind === 'service') {
      return 'its own service does not answer either';
    }
    await clock.sleep(notServingMs, signal).catch(() => undefined);
  }
  if (signal.aborted || causeOf(watch) === undefined || watch.holding?.eniId !== before?.eniId) {
    return undefined;
  }
  log[watch.state.held === undefined ? 'warn' : 'debug'](`${address}: ${cause.why}`, watch.fields);
  const started = clock.now();
  const [look, hasCarrier, hasGateway] = await Promise.allSettled([
    looks.look(),
    node.hasCarrier(link),
    node.gatewayAnswers(link, address, signal, 'candidate'),
  ]);
  if (look.status === 'rejected') {
    return told(watch, messageOf(look.reason));
  }
  const now = causeOf(watch);
  if (signal.aborted || now === undefined || watch.holding?.eniId !== before?.eniId) {
    return undefined;
  }
  const obstacle =
    (isSo(hasCarrier) ? undefined : `${link.name} has no carrier`) ??
    (isSo(hasGateway) ? undefined : `the router of ${link.subnetId} does not answer on ${link.name}`) ??
    (node.isDraining() ? 'this node is being drained' : undefined) ??
    obstacleOf(watch, before);
  if (obstacle !== undefined) {
    return told(watch, obstacle);
  }
  try {
    if ((await move(context, address, before, link.eniId)) === 'lost') {
      log.info(`${address}: another node was faster`, watch.fields);
      await looks.look();
      return watch.holding?.eniId === before?.eniId ? 'another node was faster' : undefined;
    }
  } catch (error) {
    return told(watch, messageOf(error));
  }
  const own = ownHolding(watch);
  watch.noteMove(own, before === undefined ? 'claimed' : 'taken over', cause.why);
  log.warn(
    `${address}: ${before === undefined ? 'claimed' : `taken over from ${whose(before)}`} by ${link.eniId} in ${Math.round(clock.now() - started)} ms`,
    { ...watch.fields, eni: link.eniId, ms: Math.round(clock.now() - started) },
  );
  looks.note(address, own, before?.eniId);
  return undefined;
}

/** What keeps anyone from taking it there, or now. */
function obstacleOf(watch: AddressWatch, from: Holding | undefined): string | undefined {
  if (from === undefined) {
    return undefined;
  }
  const foreign = foreignOf(watch);
  if (foreign !== undefined) {
    return foreign;
  }
  if (from.instance === undefined || gone.includes(from.instance.state)) {
    return undefined;
  }
  const now = watch.context.clock.now();
  const limit = forbidden(watch.countedMoves, now);
  return limit && `${limit.why}: for ${Math.ceil((limit.until - now) / 1000)} s it stays there`;
}

/** Why nobody may ever take it off the ENI that holds it; undefined: that is the agent's, or nobody's. */
export function foreignOf({ holding, address }: AddressWatch): string | undefined {
  if (holding?.isOurs === false) {
    return `${whose(holding)} holds it, which is none of multus-bootstrap's: take ${address} off it`;
  }
  return holding?.isPrimaryAddress
    ? `it is the primary address of ${holding.eniId}, which can never move`
    : undefined;
}

/** As a warning, once. */
export function told(watch: AddressWatch, obstacle: string): string {
  const isNew = watch.state.held !== obstacle;
  watch.context.log[isNew ? 'warn' : 'debug'](`${watch.address}: not taken over: ${obstacle}`, watch.fields);
  return obstacle;
}

function ownHolding({ link, context }: AddressWatch): Holding {
  const { instanceId } = context;
  return {
    eniId: link.eniId,
    instance: { instanceId, state: 'running', nodeAddress: undefined },
    isPrimaryAddress: false,
    isOurs: true,
  };
}

function isSo(settled: PromiseSettledResult<boolean>): boolean {
  return settled.status === 'fulfilled' && settled.value;
}
