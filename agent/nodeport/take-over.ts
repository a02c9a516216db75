import { ExitCode, exitCodeOf, messageOf } from '../failure.ts';
import type { AddressWatch } from './address-watch.ts';
import { type Cause, causeOf, gone } from './cause.ts';
import type { Holding } from './looks.ts';
import { give, takeOff } from './moves.ts';
import { type Obstacle, obstacleOf, wayObstacleOf } from './obstacle.ts';
import { callMs, notServingMs, retryMs } from './pace.ts';
import { probeOnceMore, rankOf } from './probing.ts';
import { rankDelay } from './rank.ts';
import { ownHolding, whose } from './whose.ts';

/** Takes the address over, if it is still called for when it is this node's turn. Answers why not, where it is not to. */
export async function takeOver(
  watch: AddressWatch,
  cause: Cause,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  const { context, link, address, looks } = watch;
  const { clock, node, log, random } = context;
  const before = watch.holding;
  if (mayLive(before) && watch.refused !== undefined && clock.now() < watch.refused.until) {
    return { by: 'refused', ...watch.refused };
  }
  const serving = node.isServing(watch.config.probePort, signal).catch(() => undefined);
  const { rank, nodes } = rankOf(watch);
  await Promise.all([
    clock.sleep(rankDelay(rank, nodes, random), signal).catch(() => undefined),
    probeOnceMore(watch, signal),
  ]);
  const isServing = await serving;
  if (cause.kind === 'service' && (isServing === false || node.isDraining())) {
    const why = isServing === false ? 'its own service does not answer either' : 'this node is being drained';
    return { by: 'service', why };
  }
  if (isServing === false || node.isDraining()) {
    await clock.sleep(notServingMs, signal).catch(() => undefined);
  }
  const isOver = () =>
    signal.aborted || causeOf(watch) === undefined || watch.holding?.eniId !== before?.eniId;
  if (isOver()) {
    return undefined;
  }
  log[watch.state.held === undefined ? 'warn' : 'debug'](`${address}: ${cause.why}`, watch.fields);
  const started = clock.now();
  const way = wayObstacleOf(watch, signal);
  if (watch.state.heldBy === 'carrier' || watch.state.heldBy === 'router') {
    // Until that is mended EC2 need not be asked.
    const obstacle = await way;
    if (obstacle !== undefined) {
      return obstacle;
    }
  }
  // This node may have been cut off until a moment ago, and then what it has heard is old.
  const hasWaited = rank > 0 || watch.state.held !== undefined;
  const [look, inTheWay] = await Promise.allSettled([looks.look(callMs, true), way]);
  if (hasWaited) {
    await probeOnceMore(watch, signal);
  }
  if (look.status === 'rejected') {
    return { by: 'ec2', why: messageOf(look.reason) };
  }
  if (isOver()) {
    return undefined;
  }
  const obstacle =
    (inTheWay.status === 'fulfilled' ? inTheWay.value : undefined) ?? obstacleOf(watch, before);
  if (obstacle !== undefined) {
    return obstacle;
  }
  let isTakenOff = false;
  try {
    isTakenOff = before !== undefined && (await takeOff(context, address, before.eniId)) === 'moved';
    const isFree = before === undefined || isTakenOff;
    if (!isFree || (await give(context, address, link.eniId)) === 'lost') {
      return await lost(watch, before);
    }
  } catch (error) {
    if (!isTakenOff || !mayLive(before) || !isRefusal(error)) {
      return { by: 'ec2', why: messageOf(error) };
    }
    await undo(watch, before);
    // Each such try is a while without service for a holder that may be well.
    watch.refused = { why: messageOf(error), until: clock.now() + retryMs.mostIfRefused };
    return { by: 'refused', ...watch.refused };
  }
  watch.refused = undefined;
  const own = ownHolding(watch);
  watch.noteMove(own, before === undefined ? 'claimed' : 'taken over', cause.why);
  log.warn(
    `${address}: ${before === undefined ? 'claimed' : `taken over from ${whose(before)}`} by ${link.eniId} in ${Math.round(clock.now() - started)} ms`,
    { ...watch.fields, eni: link.eniId, ms: Math.round(clock.now() - started) },
  );
  looks.note(address, own, before?.eniId);
  return undefined;
}

/** Another node was faster, as a rule: the next look tells who. */
async function lost(watch: AddressWatch, before: Holding | undefined): Promise<Obstacle | undefined> {
  const { address, looks, context, link } = watch;
  looks.distrust(address);
  try {
    await looks.look();
  } catch (error) {
    return { by: 'ec2', why: messageOf(error) };
  }
  if (watch.holding?.eniId !== before?.eniId) {
    context.log.info(`${address}: another node was faster: ${whose(watch.holding)} has it`, watch.fields);
    return undefined;
  }
  return before === undefined
    ? {
        by: 'refused',
        why:
          `EC2 refuses to assign it, and shows nobody who holds it: an ENI of another account may, in a shared VPC, or a ` +
          `delegated prefix or reservation of ${link.subnetId} that it is in. Choose another address, or free this one`,
      }
    : { by: 'race', why: 'another node was faster, and EC2 does not show it yet' };
}

/** Whether somebody may still be served by it. */
function mayLive(holding: Holding | undefined): holding is Holding {
  return holding?.instance !== undefined && !gone.includes(holding.instance.state);
}

/** Whether EC2 has answered that this ENI cannot have it. Where it is only slow, the address is for whoever is faster. */
function isRefusal(error: unknown): boolean {
  const exitCode = exitCodeOf(error);
  return exitCode !== ExitCode.deadline && exitCode !== ExitCode.unreachable;
}

/** What was taken off a holder that may serve still, and is not to be had, goes back. */
async function undo({ context, address, looks, fields }: AddressWatch, from: Holding): Promise<void> {
  try {
    if ((await give(context, address, from.eniId)) === 'moved') {
      looks.note(address, from, undefined);
    }
  } catch (error) {
    context.log.warn(`${address}: ${messageOf(error)}`, fields);
  }
}
