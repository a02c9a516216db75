import type { WatchedNode } from './node.ts';

/** Whether that node could take an address, and serve. */
export function isAble(node: WatchedNode): boolean {
  return node.canServe && node.isWatching && !node.isStopping && !node.isDraining && node.reachesEc2;
}

/** What is amiss when all has been quiet for long; undefined: nothing. */
export function endFault(
  nodes: readonly WatchedNode[],
  address: string,
  eniId: string | undefined,
): string | undefined {
  const able = nodes.filter(isAble);
  if (able.length === 0) {
    return undefined;
  }
  const holder = nodes.find(({ place }) => place.link.eniId === eniId);
  if (holder === undefined) {
    return `nobody holds ${address}, though ${able.map(({ name }) => name).join(' ')} could`;
  }
  if (holder.canServe) {
    return undefined;
  }
  return mayBeUnnoticed(holder, able)
    ? undefined
    : `${holder.name} holds ${address} and serves nobody, though ${able.map(({ name }) => name).join(' ')} could`;
}

/**
 * EC2 says that it runs, and nobody has an answer to miss: since the watchers began, or it has the address. A dead service
 * shows only at a port.
 */
function mayBeUnnoticed(holder: WatchedNode, able: readonly WatchedNode[]): boolean {
  const { region, network } = holder.stage;
  const state = region.world.instances.get(holder.place.instanceId)?.state;
  if (state !== 'running') {
    return false;
  }
  const heldSince = holder.stage.judge.heldSince(holder.place.link.eniId);
  return !able.some((node) =>
    (['icmp', 'tcp'] as const).some((kind) => {
      const heard = node.heard.get(`${holder.nodeAddress} ${kind}`)?.answerAt ?? Number.NEGATIVE_INFINITY;
      return heard > heldSince && !network.mayAnswer(node, holder, kind);
    }),
  );
}

/** More calls than so many describes a minute in a quiet time; undefined: none. */
export function describesFault(
  calls: readonly { at: number; action: string }[],
  [from, to]: readonly [number, number],
  perMinute: number,
): string | undefined {
  const since = calls.filter(({ at }) => at >= from && at < to);
  const write = since.find(({ action }) => !action.startsWith('Describe'));
  if (write !== undefined) {
    return `calls ${write.action} though nothing happens`;
  }
  const minutes = (to - from) / 60_000;
  return since.length > perMinute * (minutes + 1)
    ? `makes ${since.length} describes in ${minutes} quiet minutes`
    : undefined;
}
