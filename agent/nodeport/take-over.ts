import { ExitCode, exitCodeOf, messageOf } from '../failure.ts';
import type { AddressWatch } from './address-watch.ts';
import { type Cause, causeOf } from './cause.ts';
import type { Holding } from './looks.ts';
import { give, takeOff } from './moves.ts';
import { type Obstacle, obstacleOf, wayObstacleOf } from './obstacle.ts';
import { callMs, notServingMs } from './pace.ts';
import { probeOnceMore, rankOf } from './probing.ts';
import { rankDelay } from './rank.ts';
import { whose } from './whose.ts';

/** Takes the address over, if it is still called for when it is this node's turn. Answers why not, where it is not to. */
export async function takeOver(
  watch: AddressWatch,
  cause: Cause,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  const { context, link, address, looks } = watch;
  const { clock, node, log, random } = context;
  const before = watch.holding;
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
    if (isTakenOff) {
      await undo(watch, error, before);
    }
    return { by: 'ec2', why: messageOf(error) };
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

/** Where this node may never have what it has taken off another, which may serve still, that is to have it back. */
async function undo(watch: AddressWatch, error: unknown, from: Holding | undefined): Promise<void> {
  const { context, address, fields } = watch;
  const isFinal = exitCodeOf(error) === ExitCode.limit || exitCodeOf(error) === ExitCode.notPermitted;
  if (isFinal && from !== undefined) {
    await give(context, address, from.eniId).catch((failure: unknown) =>
      context.log.warn(`${address}: ${messageOf(failure)}`, fields),
    );
  }
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
