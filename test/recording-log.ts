import type { Log } from '../agent/report/log.ts';

/** A log that keeps its warnings, for tests to read. */
export function recordingLog(): { log: Log; warnings: string[] } {
  const warnings: string[] = [];
  const ignore = () => undefined;
  const log: Log = {
    error: ignore,
    warn: (message) => void warnings.push(message),
    info: ignore,
    debug: ignore,
    progress: ignore,
  };
  return { log, warnings };
}
