import type { Clock } from '../../clock.ts';
import type { Log } from '../../report/log.ts';
import type { WatchNode } from '../ports.ts';
import { announce } from './announce.ts';
import { hasCarrier } from './carrier.ts';
import { createDrainWatch } from './drain-watch.ts';
import { createGatewayCheck } from './gateway.ts';
import { createIcmpProbes } from './icmp-probes.ts';
import { createServingCheck } from './serving.ts';
import { probeTcp } from './tcp-probes.ts';

export interface WatchNodeOptions {
  /** The root of the file tree, where kubelet's credentials are. */
  root: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Log;
  /** Ends what goes on behind `isDraining`. */
  signal: AbortSignal;
}

/** The watcher's side of this machine. Starts nothing before it is asked. */
export function createWatchNode(options: WatchNodeOptions): WatchNode {
  const { clock, log } = options;
  const probeIcmp = createIcmpProbes(options);
  const gatewayAnswers = createGatewayCheck(clock);
  const isServing = createServingCheck();
  const isDraining = createDrainWatch(options);
  return {
    probe(target, tell, signal) {
      void probeIcmp(target, (answered) => tell({ kind: 'icmp', answered }), signal);
      if (target.port !== undefined) {
        void probeTcp(target, target.port, clock, (answered) => tell({ kind: 'tcp', answered }), signal);
      }
    },
    hasCarrier: async (link) => hasCarrier(link.name),
    gatewayAnswers,
    isServing,
    isDraining,
    announce: (link, address) => announce(link.name, address, log),
  };
}
