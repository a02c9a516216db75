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
  while (!signal.aborted) {
    void accepts(address, port, intervalMs, signal).then((accepted) => signal.aborted || tell(accepted));
    const sinceStart = clock.now() - started;
    const nextMs = (Math.floor(sinceStart / intervalMs) + 1) * intervalMs - sinceStart;
    await clock.sleep(nextMs, signal).catch(() => undefined);
  }
}
