import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';

/** How often to look though no event came: events are lost when the kernel's socket buffer overflows. */
const fallbackMs = 500;

/** Waits for what changes with the kernel's links. */
export interface DeviceWatch {
  /** Looks now, and at each change of a link, until there is an answer. Rejects with the signal's reason. */
  until<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T>;
}

/**
 * One `ip monitor link` serves all waits: it starts with the first and is killed with the last. Should it die,
 * or not start, the waits go on by their fallback alone.
 */
export function createDeviceWatch(clock: Clock): DeviceWatch {
  const wakes = new Set<() => void>();
  let monitor = new AbortController();

  async function until<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    let changed = new AbortController();
    const wake = () => changed.abort();
    join(wake);
    try {
      for (;;) {
        // From here on: a change during the look calls for another.
        changed = new AbortController();
        const found = await look();
        if (found !== undefined) {
          return found;
        }
        if (!changed.signal.aborted) {
          await pause(AbortSignal.any([signal, changed.signal]));
        }
        signal.throwIfAborted();
      }
    } finally {
      leave(wake);
    }
  }

  async function pause(signal: AbortSignal): Promise<void> {
    await clock.sleep(fallbackMs, signal).catch(() => undefined);
  }

  function join(wake: () => void): void {
    wakes.add(wake);
    if (wakes.size > 1) {
      return;
    }
    monitor = new AbortController();
    followLinks(() => wakes.forEach((each) => void each()), monitor.signal);
  }

  function leave(wake: () => void): void {
    wakes.delete(wake);
    if (wakes.size === 0) {
      monitor.abort();
    }
  }

  return { until };
}

function followLinks(onChange: () => void, signal: AbortSignal): void {
  const monitor = spawn('ip', ['-o', 'monitor', 'link'], { signal, stdio: ['ignore', 'pipe', 'ignore'] });
  monitor.stdout.on('data', onChange);
  monitor.on('error', () => undefined);
}
