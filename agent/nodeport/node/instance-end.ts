import type { Clock } from '../../clock.ts';
import { parseJsonObject } from '../../host/json.ts';
import { createSession } from '../../imds/session.ts';

const intervalMs = 5_000;
const paths = {
  /** 404 unless EC2 is about to take a Spot instance back. */
  spot: '/latest/meta-data/spot/instance-action',
  /** 404 outside an Auto Scaling group. */
  group: '/latest/meta-data/autoscaling/target-lifecycle-state',
};

interface InstanceEndOptions {
  /** `imdsEndpoint(env)`. */
  endpoint: string;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Asks IMDS until the signal aborts whether this instance's end is near, and tells why, as often as IMDS answers.
 * Where it does not, what it said last holds.
 */
export async function keepAskingForEnd(
  { endpoint, clock, signal }: InstanceEndOptions,
  tell: (mark: string | undefined) => void,
): Promise<void> {
  const get = createSession(endpoint);
  while (!signal.aborted) {
    try {
      const [spot, group] = await Promise.all([get(paths.spot, signal), get(paths.group, signal)]);
      tell(endOf(spot?.toString(), group?.toString()));
    } catch {
      // Not now.
    }
    await clock.sleep(intervalMs, signal).catch(() => undefined);
  }
}

/** Why the instance is about to go, by IMDS's answers; undefined: it is not. */
export function endOf(spot: string | undefined, group: string | undefined): string | undefined {
  const action = parseJsonObject(spot ?? '')?.action;
  if (action === 'terminate' || action === 'stop' || action === 'hibernate') {
    return `EC2 is about to ${action} this Spot instance`;
  }
  return group?.trim() === 'Terminated' ? 'the Auto Scaling group is terminating this instance' : undefined;
}
