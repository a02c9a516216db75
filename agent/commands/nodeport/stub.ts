import type { WatchNode } from '../../nodeport/ports.ts';

/** In the place of the node's own side. */
export function createWatchNode(): WatchNode {
  return {
    probe: () => undefined,
    hasCarrier: async () => true,
    gatewayAnswers: async () => true,
    isServing: async () => undefined,
    isDraining: () => false,
    announce: async () => undefined,
  };
}
