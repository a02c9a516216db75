import type { Eni } from '../../claim/facts.ts';
import { explain } from '../../ec2/explain.ts';
import { Ec2Error, type ErrorClass } from '../../ec2/port.ts';
import { DeadlinePassed, withRetry } from '../../ec2/retry.ts';
import type { RunContext } from './context.ts';

type Attempt<T> = (signal: AbortSignal) => Promise<T>;

/** What asking needs of a run. */
export type AskContext = Pick<RunContext, 'ec2' | 'clock' | 'random' | 'signal' | 'log' | 'pace'>;

/**
 * Asks EC2 for something until it is done, as long as time can heal what goes wrong and the deadline allows.
 * Throws a `Failure` that says what was tried, what came back and what to do.
 *
 * @param subject what is asked for, after "cannot": `create an ENI for eth1 in subnet-1 at 10.0.4.4`
 * @param expected classes of errors after which the caller goes on: they are answered, not thrown
 */
export async function ask<T>(context: AskContext, subject: string, attempt: Attempt<T>): Promise<T>;
export async function ask<T>(
  context: AskContext,
  subject: string,
  attempt: Attempt<T>,
  expected: readonly ErrorClass[],
): Promise<T | Ec2Error>;
export async function ask<T>(
  context: AskContext,
  subject: string,
  attempt: Attempt<T>,
  expected: readonly ErrorClass[] = [],
): Promise<T | Ec2Error> {
  context.log.progress(`EC2: ${subject}`);
  try {
    return await withRetry(attempt, { ...context, subject });
  } catch (error) {
    if (error instanceof Ec2Error && expected.includes(error.class)) {
      return error;
    }
    if (error instanceof Ec2Error || error instanceof DeadlinePassed) {
      throw explain(error, { subject, endpoint: context.ec2.endpoint, proxy: context.ec2.proxy });
    }
    throw error;
  }
}

/** The ENI as EC2 shows it, as soon as it does; nothing if it does not within 30 s: then it has been deleted. */
export async function untilSeen(context: RunContext, eniId: string): Promise<Eni | undefined> {
  const eni = await ask(
    context,
    `see ${eniId}`,
    async (signal) => {
      const [seen] = await context.ec2.describeEnis({ ids: [eniId] }, signal);
      if (seen === undefined) {
        throw new Ec2Error('DescribeNetworkInterfaces', 'notYet', 'NotShown', `EC2 does not show ${eniId}`);
      }
      return seen;
    },
    ['notYet'],
  );
  return eni instanceof Ec2Error ? undefined : eni;
}
