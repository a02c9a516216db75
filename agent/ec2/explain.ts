import { ExitCode, Failure } from '../failure.ts';
import { advice } from './advice.ts';
import type { Ec2Error } from './port.ts';
import type { Way } from './remedies.ts';
import { DeadlinePassed } from './retry.ts';

interface Explaining extends Way {
  /** What was tried, on what: `create an ENI for eth1 in subnet-1 at 10.0.4.4`. */
  subject: string;
}

/** What to tell the user, with its exit code: what was tried, on what, what came back, what to do about it. */
export function explain(error: Ec2Error | DeadlinePassed, context: Explaining): Failure {
  const { subject } = context;
  if (!(error instanceof DeadlinePassed)) {
    const { exitCode } = advice[error.class];
    return new Failure(exitCode, `cannot ${subject}: ${answer(error, context)}`, { cause: error });
  }
  const { last, wasSent } = error;
  if (last === undefined) {
    const what = wasSent ? 'EC2 answered this call' : 'this call could be sent';
    const message = `cannot ${subject}: the deadline passed before ${what}. Raise "timeout" if nothing else is wrong`;
    return new Failure(ExitCode.deadline, message, { cause: error });
  }
  const exitCode = last.class === 'unreachable' ? ExitCode.unreachable : ExitCode.deadline;
  const message = `cannot ${subject}: the deadline passed; the last answer was ${answer(last, context)}`;
  return new Failure(exitCode, message, { cause: error });
}

/** What came back, and the remedy. */
function answer(error: Ec2Error, { endpoint, proxy }: Explaining): string {
  const message = error.message
    .replace(/\s*Encoded authorization failure message: \S+/, '')
    .replace(/\.$/, '');
  const what = `${error.action}: ${error.code}: ${message}`;
  if (error.cause instanceof Failure) {
    return what;
  }
  const { remedy } = advice[error.class];
  const to = error.class === 'unreachable' ? ` (${endpoint})` : '';
  return `${what}${to}. ${typeof remedy === 'string' ? remedy : remedy(error, { endpoint, proxy })}`;
}
