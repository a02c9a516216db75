import type { Eni } from '../../../claim/facts.ts';
import { ExitCode, exitCodeOf, messageOf } from '../../../failure.ts';
import { carrierTags, missingTags, tagKeys } from '../../../plan/tags.ts';
import { ask } from '../ask.ts';
import type { RunContext } from '../context.ts';

/** The name of the primary ENI's interface, by which watchers find those of the other nodes. */
const primary = { [tagKeys.interface]: 'primary' };

/** What the primary ENI bears, for the floating addresses that its node carries. */
export function primaryTags(floating: readonly string[]): Record<string, string> {
  return floating.length === 0 ? {} : { ...primary, ...carrierTags(floating) };
}

/**
 * Has the ENI's tags say which floating addresses its node carries. An ENI that was made for this interface says so from
 * its first moment. That IAM does not permit it is told: other nodes do not hand this one an address then.
 */
export async function tagCarrier(
  context: RunContext,
  name: string,
  eni: Eni,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const { ec2, log } = context;
  const missing = missingTags(eni, wanted);
  const present = eni.tags[tagKeys.nodePort];
  const isStale = present !== undefined && wanted[tagKeys.nodePort] === undefined;
  const subject = `tag ${eni.id} of ${name} with its NodePort addresses`;
  try {
    if (Object.keys(missing).length > 0) {
      await ask(context, subject, (signal) => ec2.createTags(eni.id, missing, signal));
    }
    if (isStale) {
      const stale = {
        [tagKeys.nodePort]: present,
        ...(eni.tags[tagKeys.interface] === 'primary' && primary),
      };
      await ask(context, subject, (signal) => ec2.deleteTags(eni.id, stale, signal), ['notFound']);
    }
  } catch (error) {
    if (exitCodeOf(error) !== ExitCode.notPermitted) {
      throw error;
    }
    log.warn(
      `${messageOf(error)}; going on: other nodes ${isStale ? 'may still hand it addresses' : 'hand it no address'}`,
    );
  }
}
