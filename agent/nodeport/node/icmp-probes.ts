import type { Clock } from '../../clock.ts';
import { messageOf } from '../../failure.ts';
import type { Log } from '../../report/log.ts';
import type { ProbeTarget } from '../ports.ts';
import { type PingEnd, runPing } from './ping.ts';

/** How many intervals are missed, at most, until a ping that ends by itself is started again. */
const longestPause = 16;

interface IcmpProbes {
  clock: Clock;
  log: Log;
  env: NodeJS.ProcessEnv;
}

/**
 * Pings targets, each with one long-running `ping`. One that ends by itself, for want of a route say, counts as misses
 * until it is started again. Where there is no `ping`, that is told once, and no probe at all.
 */
export function createIcmpProbes({ clock, log, env }: IcmpProbes) {
  let toldMissing = false;

  function tellMissing(): void {
    if (!toldMissing) {
      toldMissing = true;
      log.warn('there is no `ping`: nodes are not probed by ICMP; install iputils (Debian: iputils-ping)');
    }
  }

  return async (
    target: ProbeTarget,
    tell: (answered: boolean) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const { address, intervalMs } = target;
    let pause = 1;
    const tellOf = (answered: boolean) => {
      pause = 1;
      tell(answered);
    };
    while (!signal.aborted) {
      const end = await runPing(address, intervalMs, env, tellOf, signal).catch(
        (error: unknown): PingEnd => ({ missing: false, hasStarted: false, said: messageOf(error) }),
      );
      if (signal.aborted) {
        return;
      }
      if (end.missing) {
        tellMissing();
        return;
      }
      log.debug(`ping ${address} ended${end.said && `: ${end.said}`}; it is started again`);
      for (let missed = 0; missed < pause && !signal.aborted; missed += 1) {
        // What this node cannot start says nothing of another.
        if (end.hasStarted) {
          tell(false);
        }
        await clock.sleep(intervalMs, signal).catch(() => undefined);
      }
      pause = Math.min(pause * 2, longestPause);
    }
  };
}
