import type { Clock } from '../../clock.ts';
import type { ProbeTarget } from '../ports.ts';
import { accepts } from './tcp.ts';

/**
 * Connects to the target's port at each interval until the signal aborts, and tells whether it was accepted before
 * the next one was due. The schedule is fixed, however long an attempt takes; what this process was too late for is
 * left out, not made up for.
 */
export async function probeTcp(
  { address, intervalMs }: ProbeTarget,
  port: number,
  clock: Clock,
  tell: (answered: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const started = clock.now();
  for (let turn = 0; !signal.aborted; ) {
    void accepts(address, port, intervalMs, signal).then((accepted) => signal.aborted || tell(accepted));
    const sinceStart = clock.now() - started;
    // A timer may fire a little early: that is this turn still.
    turn = Math.max(turn + 1, Math.ceil(sinceStart / intervalMs));
    await clock.sleep(turn * intervalMs - sinceStart, signal).catch(() => undefined);
  }
}
