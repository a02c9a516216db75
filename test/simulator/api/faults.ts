import type { Params } from './params.ts';

export type FaultKind =
  /** EC2 answers with this error, and nothing happens. */
  | { error: { code: string; message: string; status?: number } }
  /** It happens, and the connection breaks before the answer. */
  | 'lostAnswer'
  /** Nothing happens, and no answer ever comes. */
  | 'hang'
  /** Nothing happens, and the connection breaks. */
  | 'reset'
  /** It happens, and the answer comes this much later. */
  | { delayMs: number };

export interface Fault {
  /** Undefined: every action. */
  action?: string;
  /** From the nth matching call from now on, counted from 1. */
  nth?: number;
  /** How many calls it hits: 1 by default. */
  times?: number;
  match?: (params: Params) => boolean;
  kind: FaultKind;
}

/** Trouble to order. */
export class Faults {
  #pending: { fault: Fault; skip: number; left: number }[] = [];

  add(fault: Fault): void {
    this.#pending.push({ fault, skip: (fault.nth ?? 1) - 1, left: fault.times ?? 1 });
  }

  /** The fault that this call meets: the first added of those that apply. */
  meet(action: string, params: Params): FaultKind | undefined {
    let met: FaultKind | undefined;
    for (const entry of this.#pending) {
      const { fault } = entry;
      if (fault.action !== undefined && fault.action !== action) {
        continue;
      }
      if (fault.match !== undefined && !fault.match(params)) {
        continue;
      }
      if (entry.skip > 0) {
        entry.skip--;
      } else if (met === undefined) {
        met = fault.kind;
        entry.left--;
      }
    }
    this.#pending = this.#pending.filter((entry) => entry.left > 0);
    return met;
  }
}
