import type { AddressWatch } from './address-watch.ts';
import type { Holding } from './looks.ts';

/** In words. */
export function whose(holding: Holding | undefined): string {
  if (holding === undefined) {
    return 'nobody';
  }
  const { instance, eniId } = holding;
  return instance === undefined ? `${eniId}, which is at no instance` : `${instance.instanceId} (${eniId})`;
}

/** The instance's id, without one the ENI's; undefined: nobody's. */
export function idOf(holding: Holding | undefined): string | undefined {
  return holding && (holding.instance?.instanceId ?? holding.eniId);
}

/** This node as the holder. */
export function ownHolding({ link, context }: AddressWatch): Holding {
  const { instanceId } = context;
  return {
    eniId: link.eniId,
    instance: { instanceId, state: 'running', nodeAddress: undefined },
    isPrimaryAddress: false,
    isOurs: true,
  };
}
