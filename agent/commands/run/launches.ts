import type { Launch } from '../../claim/facts.ts';
import { createDeadline } from '../../deadline.ts';
import type { Pace } from '../../ec2/pace.ts';
import { messageOf } from '../../failure.ts';
import { creationsAhead, creationsInAll, isContending, launchTimes } from '../../plan/contenders.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';

/**
 * How long to ask for what only keeps a fleet from meeting at its addresses, in ms: 1,000 nodes at once need about
 * 45 s for it, at EC2's 20 calls a second. Others of the account may use that action up.
 */
const patienceMs = 60_000;

/**
 * The instances launched with this one, with which it may contend; none where it was launched too long ago, and where EC2
 * does not tell: a boot goes on without them. What other reads wait for when they are throttled must not wait for them.
 */
export async function launchedWith(context: RunContext): Promise<Launch[]> {
  const { instanceId, vpcId, launchedAt } = context.instance;
  if (launchedAt === undefined || !isContending(launchedAt, context.wallClock())) {
    return [];
  }
  const { clock, log } = context;
  using deadline = createDeadline(
    clock,
    clock.now() + patienceMs,
    `the time for it, ${patienceMs / 1000} s,`,
  );
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  try {
    return await ask(
      { ...context, signal, pace: undefined },
      `list the instances launched with ${instanceId}`,
      (signal) => context.ec2.describeLaunches({ vpcId, times: launchTimes(launchedAt) }, signal),
    );
  } catch (error) {
    if (context.signal.aborted) {
      throw error;
    }
    log.warn(`${messageOf(error)}; going on without: nodes that boot together may meet at an address`);
    return [];
  }
}

/** How this node's calls are spread, where others of its group start with it; undefined where none is known to. */
export async function paceAmong(
  { clock, instance: { instanceId } }: RunContext,
  launches: Promise<readonly Launch[]>,
  created: number,
): Promise<Pace | undefined> {
  const known = await launches.catch(() => []);
  const inAll = creationsInAll(known, instanceId, created);
  const ahead = creationsAhead(known, instanceId, created);
  return inAll > created ? { since: clock.now(), ahead, inAll } : undefined;
}
