import type { Eni } from '../../claim/facts.ts';
import { tagKeys } from '../../plan/tags.ts';
import { ask } from '../run/ask.ts';
import { byId } from '../run/configured.ts';
import type { RunContext } from '../run/context.ts';
import { together } from '../run/together.ts';
import type { Seen } from './left.ts';

/**
 * What earlier runs on this node have left, by EC2's listings and by the files.
 *
 * @param linkFiles the interfaces that have any
 */
export async function observe(context: RunContext, linkFiles: Promise<string[]>): Promise<Seen> {
  const { host, instance } = context;
  const { instanceId } = instance;
  const [intents, linkNames] = await Promise.all([host.readIntents(instanceId), linkFiles]);
  const claimedIds = intents.flatMap((intent) => (intent.kind === 'claim' ? [intent.eniId] : []));
  const lists = await together([
    ask(context, `list the ENIs of ${instanceId}`, (signal) =>
      context.ec2.describeEnis({ attachedTo: instanceId }, signal),
    ),
    ask(context, `list the ENIs tagged for ${instanceId}`, (signal) =>
      context.ec2.describeEnis({ tags: { [tagKeys.instanceId]: instanceId } }, signal),
    ),
    claimedEnis(context, claimedIds),
  ]);
  return { instance, enis: byId(lists.flat()), intents, linkNames };
}

async function claimedEnis(context: RunContext, ids: readonly string[]): Promise<Eni[]> {
  return ids.length === 0
    ? []
    : ask(context, `look up ${ids.join(', ')}`, (signal) => context.ec2.describeEnis({ ids }, signal));
}
