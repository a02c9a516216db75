import { isRead } from './buckets.ts';
import type { Params } from './params.ts';

/** A call as it came in, and what became of it. */
export interface Call {
  /** On the world's clock, in ms. */
  at: number;
  action: string;
  params: Params;
  /** The instance whose role's credentials signed it. */
  instanceId: string | undefined;
  dryRun: boolean;
  /** Undefined while it is under way, and for ever if it hangs or its connection is reset. */
  answer: { status: number; code: string | undefined } | undefined;
}

/** Every call in the order in which it came. */
export class CallRecord {
  #calls: Call[] = [];

  get calls(): readonly Call[] {
    return this.#calls;
  }

  add(call: Call): void {
    this.#calls.push(call);
  }

  clear(): void {
    this.#calls = [];
  }

  /** The calls that change something, dry runs left out; of one action only, if given. */
  writes(action?: string): Call[] {
    return this.#calls.filter(
      (call) => !isRead(call.action) && !call.dryRun && (action === undefined || call.action === action),
    );
  }
}
