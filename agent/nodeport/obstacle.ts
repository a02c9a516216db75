import type { AddressWatch } from './address-watch.ts';
import { gone } from './cause.ts';
import type { Holding } from './looks.ts';
import { forbidden } from './move-limit.ts';
import type { HeldBy } from './state.ts';
import { whose } from './whose.ts';

/** Why an address is not taken over, though that is called for. */
export interface Obstacle {
  by: HeldBy;
  /** In words, the same as long as it is the same. */
  why: string;
  /** Until when nothing can change about it, by this process's clock. */
  until?: number;
}

/** What keeps anyone from taking it there, or now. */
export function obstacleOf(watch: AddressWatch, from: Holding | undefined): Obstacle | undefined {
  const foreign = from && foreignOf(watch);
  if (from === undefined || foreign !== undefined) {
    return foreign;
  }
  if (from.instance === undefined || gone.includes(from.instance.state)) {
    return undefined;
  }
  const limit = forbidden(watch.countedMoves, watch.context.clock.now());
  return limit && { by: 'limit', ...limit };
}

/** What keeps packets from this node. The router's silence says something only where it is known to answer candidates. */
export async function wayObstacleOf(
  { context: { node }, looks, link, address }: AddressWatch,
  signal: AbortSignal,
): Promise<Obstacle | undefined> {
  const [hasCarrier, hasRouter] = await Promise.all([
    node.hasCarrier(link).catch(() => false),
    !looks.hasHeardRouter || node.gatewayAnswers(link, address, signal, 'candidate').catch(() => false),
  ]);
  if (!hasCarrier) {
    return { by: 'carrier', why: `${link.name} has no carrier` };
  }
  return hasRouter
    ? undefined
    : { by: 'router', why: `the router of ${link.subnetId} does not answer on ${link.name}` };
}

/** Why nobody may ever take it off the ENI that holds it; undefined: that is the agent's, or nobody's. */
export function foreignOf({ holding, address }: AddressWatch): Obstacle | undefined {
  if (holding?.isOurs === false) {
    const why = `${whose(holding)} holds it, which is none of multus-bootstrap's: take ${address} off it`;
    return { by: 'foreign', why };
  }
  return holding?.isPrimaryAddress
    ? { by: 'foreign', why: `it is the primary address of ${holding.eniId}, which can never move` }
    : undefined;
}
