import type { Clock } from '../../agent/clock.ts';

/** A clock on which sleeping takes no time; `deadline` aborts its signal at a time of this clock. */
export function virtualClock(): Clock & { deadline(at: number): AbortSignal } {
  let time = 0;
  const deadlines: { at: number; abort: AbortController }[] = [];

  function advance(to: number): void {
    time = to;
    for (const { at, abort } of deadlines) {
      if (at <= time) {
        abort.abort(new Error('deadline'));
      }
    }
  }

  return {
    now: () => time,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const end = time + ms;
      const cut = Math.min(
        end,
        ...deadlines.filter((each) => each.abort.signal === signal).map(({ at }) => at),
      );
      await Promise.resolve();
      advance(cut);
      signal?.throwIfAborted();
    },
    deadline(at) {
      const abort = new AbortController();
      deadlines.push({ at, abort });
      return abort.signal;
    },
  };
}
