import { type Clock, systemClock } from '../clock.ts';
import { createHost } from '../host/host.ts';
import type { Host } from '../host/port.ts';
import { imdsEndpoint } from '../imds/endpoint.ts';
import { createImds } from '../imds/imds.ts';
import type { Imds } from '../imds/port.ts';
import { createLog, type Log } from '../report/log.ts';

/** What the commands that look at a node work with: this machine. */
export interface Shell {
  root: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  random: () => number;
  log: Log;
  host: Host;
  readonly imds: Imds;
}

/** This machine, with the file tree below `root`; asks nothing of it yet. */
export function createShell(root: string): Shell {
  const { env } = process;
  const clock = systemClock;
  const { random } = Math;
  const log = createLog({ env });
  let imds: Imds | undefined;
  return {
    root,
    env,
    clock,
    random,
    log,
    host: createHost({ root, clock, log }),
    // Not before it is needed: an endpoint that cannot be is the run's to tell, once the gate is closed.
    get imds() {
      imds ??= createImds({ endpoint: imdsEndpoint(env), clock, random, log });
      return imds;
    },
  };
}
