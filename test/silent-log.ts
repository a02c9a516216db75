import type { Log } from '../agent/report/log.ts';

const nothing = () => undefined;

/** For code whose story nobody reads. */
export const silentLog: Log = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  progress: nothing,
};
