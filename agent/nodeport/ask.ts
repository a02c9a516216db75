import { createDeadline } from '../deadline.ts';
import { explain } from '../ec2/explain.ts';
import { Ec2Error, type ErrorClass } from '../ec2/port.ts';
import { DeadlinePassed, withRetry } from '../ec2/retry.ts';
import { ExitCode, Failure } from '../failure.ts';
import type { Log } from '../report/log.ts';
import type { WatchContext } from './ports.ts';

/** Between the two calls of a move nobody holds the address: no attempt waits longer than this for the next, in ms. */
const capMs = 1_000;

/** Where time presses: an answer that has not come by then, in ms, is asked for anew, with more patience. */
const attemptMs = 2_500;

type AskContext = Pick<WatchContext, 'ec2' | 'clock' | 'random' | 'log'>;

/**
 * Asks EC2 within so many ms, retries included. Answers an `Ec2Error` of one of the expected classes; throws a `Failure`
 * of all others, and when the time is over.
 *
 * @param subject after "cannot"
 */
export async function askWithin<T>(
  context: AskContext,
  ms: number,
  subject: string,
  attempt: (signal: AbortSignal) => Promise<T>,
  expected?: readonly never[],
  isUrgent?: boolean,
): Promise<T>;
export async function askWithin<T>(
  context: AskContext,
  ms: number,
  subject: string,
  attempt: (signal: AbortSignal) => Promise<T>,
  expected: readonly ErrorClass[],
): Promise<T | Ec2Error>;
export async function askWithin<T>(
  { ec2, clock, random, log }: AskContext,
  ms: number,
  subject: string,
  attempt: (signal: AbortSignal) => Promise<T>,
  expected: readonly ErrorClass[] = [],
  isUrgent = false,
): Promise<T | Ec2Error> {
  using deadline = createDeadline(clock, clock.now() + ms, `the ${ms / 1000} s that it may take`);
  let attempts = 0;
  const bounded = async (signal: AbortSignal): Promise<T> => {
    attempts += 1;
    const limitMs = isUrgent ? attempts * attemptMs : ms;
    using limit = createDeadline(clock, clock.now() + limitMs, `the ${limitMs / 1000} s of an attempt`);
    try {
      return await attempt(AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      if (!limit.signal.aborted || signal.aborted) {
        throw error;
      }
      throw new Ec2Error('EC2', 'transient', 'NoAnswer', `no answer within ${limitMs / 1000} s`);
    }
  };
  try {
    // Whether it comes to anything is told by who asks.
    return await withRetry(bounded, {
      clock,
      random,
      log: quiet(log),
      subject,
      capMs,
      signal: deadline.signal,
    });
  } catch (error) {
    if (error instanceof Ec2Error && expected.includes(error.class)) {
      return error;
    }
    if (error instanceof DeadlinePassed && error.last === undefined) {
      throw new Failure(ExitCode.deadline, `cannot ${subject}: EC2 has not answered within ${ms / 1000} s`, {
        cause: error,
      });
    }
    if (error instanceof Ec2Error || error instanceof DeadlinePassed) {
      throw explain(error, { subject, endpoint: ec2.endpoint, proxy: ec2.proxy });
    }
    throw error;
  }
}

function quiet(log: Log): Log {
  return { ...log, warn: log.debug };
}
