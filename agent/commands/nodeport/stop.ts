import type { Clock } from '../../clock.ts';

/** The signals with which systemd, or a user at a terminal, ends the watcher. */
const signals = ['SIGTERM', 'SIGINT'] as const;

/** Aborts when the process is to end. To be held with `using`. */
interface Stop extends Disposable {
  signal: AbortSignal;
}

export function stopOnSignals(): Stop {
  const stop = new AbortController();
  const abort = () => stop.abort(new Error('the watcher is to stop'));
  for (const each of signals) {
    process.on(each, abort);
  }
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => {
      for (const each of signals) {
        process.off(each, abort);
      }
    },
  };
}

/** Waits for the work to end; once the signal has aborted, this long at most. Answers whether it ended. */
export async function endsInTime(
  clock: Clock,
  work: Promise<void>,
  signal: AbortSignal,
  limitMs: number,
): Promise<boolean> {
  const ended = new AbortController();
  const late = aborted(signal)
    .then(() => clock.sleep(limitMs, ended.signal))
    .then(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    ended.abort();
    late.catch(() => undefined);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
}
