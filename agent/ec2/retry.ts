import { backoff } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../report/log.ts';
import { type Pace, untilTurn } from './pace.ts';
import { Ec2Error, type ErrorClass } from './port.ts';

/** The run's deadline passed, or the run was stopped, before EC2 did what was asked. */
export class DeadlinePassed extends Error {
  /** What EC2, or the way to it, said last. */
  readonly last: Ec2Error | undefined;
  /** Whether the call was sent at all. */
  readonly wasSent: boolean;

  constructor(last: Ec2Error | undefined, options: { cause: unknown; wasSent: boolean }) {
    super('the deadline passed', options);
    this.name = 'DeadlinePassed';
    this.last = last;
    this.wasSent = options.wasSent;
  }
}

interface RetryOptions {
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  /** The run's deadline: it ends every wait. */
  signal: AbortSignal;
  log: Log;
  /** What is known of other nodes that start now: what is throttled waits for it, and then for its turn. */
  pace?: Promise<Pace | undefined> | undefined;
  /** The longest pause between attempts, in ms, where time presses. */
  capMs?: number;
  /** What is being tried, for the log: `create an ENI for eth1 in subnet-1 at 10.0.4.4`. */
  subject: string;
}

/** In ms: the pauses between attempts, and how long to go on in all. */
interface Patience {
  base: number;
  cap: number;
  total: number;
}

const untilDeadline = Number.POSITIVE_INFINITY;

/** The classes that time can heal; all others are final. */
const patience: Partial<Record<ErrorClass, Patience>> = {
  // Buckets refill by 5 a second and more, for all callers of the account together.
  throttled: { base: 500, cap: 20_000, total: untilDeadline },
  transient: { base: 200, cap: 10_000, total: untilDeadline },
  unreachable: { base: 200, cap: 5_000, total: untilDeadline },
  // Eventual consistency takes up to some seconds, and each try is a token of the account's bucket: 50 for attaches.
  notYet: { base: 1_000, cap: 2_000, total: 30_000 },
  // The SDK has learnt the offset from EC2's Date header; a certificate's dates have to wait for NTP.
  clock: { base: 200, cap: 5_000, total: 60_000 },
  // A role that has just been given to the instance takes some seconds to arrive in IMDS and at EC2.
  noCredentials: { base: 500, cap: 3_000, total: 15_000 },
};

/** Once it is a call's turn others have no more of them to make than it has, and no longer pause is called for, in ms. */
const inTurnCapMs = 5_000;

/** An instance may be `pending` for minutes. */
const pendingInstance: Patience = { base: 500, cap: 5_000, total: 300_000 };

function patienceWith({ class: errorClass, code }: Ec2Error): Patience | undefined {
  return code.startsWith('Incorrect') ? pendingInstance : patience[errorClass];
}

/**
 * Calls `attempt` until it succeeds, pausing between the attempts, as long as its errors are of a class that
 * time can heal. Throws the `Ec2Error` that is final or has lasted too long; `DeadlinePassed` when the signal
 * aborts. The first error of each class is a warning in the log, the others are for debugging.
 */
export async function withRetry<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { clock, random, signal, log, pace, subject, capMs = Number.POSITIVE_INFINITY }: RetryOptions,
): Promise<T> {
  const firstSeen = new Map<Patience, number>();
  let last: Ec2Error | undefined;
  let pauseMs = 0;
  let wasSent = false;
  let failures = 0;
  for (let attempts = 1; ; attempts += 1) {
    try {
      signal.throwIfAborted();
      if (pauseMs > 0) {
        await clock.sleep(pauseMs, signal);
      }
      wasSent = true;
      return await attempt(signal);
    } catch (error) {
      if (signal.aborted) {
        throw new DeadlinePassed(last, { cause: error, wasSent });
      }
      if (!(error instanceof Ec2Error)) {
        throw error;
      }
      last = error;
    }
    const limits = patienceWith(last);
    const since = limits && firstSeen.get(limits);
    const left = (limits?.total ?? 0) - (since === undefined ? 0 : clock.now() - since);
    if (limits === undefined || left <= 0) {
      throw last;
    }
    firstSeen.set(limits, since ?? clock.now());
    const { action, code } = last;
    const known = last.class === 'throttled' ? await pace : undefined;
    const turnMs = untilTurn(action, known, clock.now());
    failures = turnMs > 0 ? 0 : failures + 1;
    // Half of the way at least, not all of it: the account's buckets may be larger than is known here.
    const waitMs =
      turnMs > 0
        ? turnMs * (0.5 + random() / 2)
        : backoff(
            failures,
            random,
            limits.base,
            Math.min(capMs, known === undefined ? limits.cap : inTurnCapMs),
          );
    pauseMs = Math.min(left, waitMs);
    log[since === undefined ? 'warn' : 'debug'](`cannot ${subject} yet, trying again: ${last.message}`, {
      action,
      code,
      attempt: attempts,
      ms: Math.round(pauseMs),
    });
  }
}
