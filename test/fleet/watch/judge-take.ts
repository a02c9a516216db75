import type { WatchedNode } from './node.ts';

/** So long a holder must have been well, and reachable for the taker, to be taken for living, in ms. */
const wellMs = 20_000;

/** So long a taker may not have known that it is itself unwell, in ms. */
const unawareMs = 15_000;

/** Why that node may not take the address off the holder's ENI; undefined: it may. */
export function stealFault(taker: WatchedNode, holder: WatchedNode, address: string): string | undefined {
  const { network, region, plan } = taker.stage;
  const now = region.time.now();
  const isWell =
    holder.canServe && holder.isWatching && !holder.isStopping && !holder.isDraining && holder.hasEc2;
  const wellSince = Math.max(holder.changedAt, holder.startedAt, network.changedAt);
  if (!isWell || now - wellSince < wellMs || !network.isConnected(taker, holder)) {
    return undefined;
  }
  const kinds = plan.probePort === undefined ? ['icmp'] : ['tcp'];
  const hadBadLuck =
    plan.network.loss > 0 &&
    kinds.some((kind) => {
      const silentAt = taker.heard.get(`${holder.nodeAddress} ${kind}`)?.silentAt;
      return silentAt !== undefined && now - silentAt < wellMs;
    });
  return hadBadLuck ? undefined : `takes ${address} from ${holder.name}, which lives and serves`;
}

interface Taking {
  address: string;
  eniId: string;
  before: { last: string | undefined; by: string | undefined; at: number } | undefined;
}

/** Why that node may not assign the address to that ENI; undefined: it may. */
export function takeFault(
  node: WatchedNode,
  nodes: readonly WatchedNode[],
  { address, eniId, before }: Taking,
): string | undefined {
  const own = node.place.link.eniId;
  if (eniId !== own) {
    const other = nodes.find(({ place }) => place.link.eniId === eniId);
    // Its own, or back to where it has just taken it off.
    return before?.by === own && [own, eniId].includes(before.last ?? '')
      ? undefined
      : `assigns ${address} to ${other?.name ?? eniId} without having held it`;
  }
  const { region, plan } = node.stage;
  if (region.time.now() - node.changedAt < unawareMs) {
    return undefined;
  }
  if (!plan.network.hasMuteGateway && !plan.network.hasDeafGateway && !node.reachesGateway) {
    return `takes ${address} without reaching its gateway`;
  }
  return node.hasCarrier ? undefined : `takes ${address} without a carrier`;
}
