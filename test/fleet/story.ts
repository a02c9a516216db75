import type { Log } from '../../agent/report/log.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What happens, line by line, for whoever wants to read it. */
export class Story {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;
  readonly #isTold: boolean;

  constructor(time: VirtualTime, isTold: boolean) {
    this.#time = time;
    this.#isTold = isTold;
  }

  /** @param text made only if someone listens */
  tell(who: string, text: () => string): void {
    if (this.#isTold) {
      const at = (this.#time.now() / 1000).toFixed(3).padStart(10);
      this.lines.push(`${at} s  ${who.padEnd(8)} ${text()}`);
    }
  }

  /** The agent's own lines. */
  logOf(who: string): Log {
    const line = (mark: string) => (message: string) => this.tell(who, () => `${mark}${message}`);
    return {
      error: line('ERROR '),
      warn: line('warning: '),
      info: line(''),
      debug: line('  '),
      progress: () => undefined,
    };
  }
}
