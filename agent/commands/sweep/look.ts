import { addressesPerQuery } from '../../claim/candidates.ts';
import { tagKeys } from '../../plan/tags.ts';
import { type AskContext, ask } from '../run/ask.ts';
import { byId } from '../run/configured.ts';
import { listEnis } from '../run/list-enis.ts';
import { instancesOf, type Leftover, leftovers } from './leftover.ts';

/** Whose ENIs are looked at, and from where. */
export interface Viewpoint {
  instanceId: string;
  accountId: string;
}

/**
 * What dead instances have left, as EC2 shows it now. Other accounts' ENIs, which the owner of a shared VPC sees, are
 * left out: their instances are not to be seen.
 */
export async function look(context: AskContext, { instanceId, accountId }: Viewpoint): Promise<Leftover[]> {
  const lists = await Promise.all(
    [tagKeys.created, tagKeys.existing].map((key) =>
      listEnis(context, `list the available ENIs of ${accountId} with the tag ${key}`, {
        owner: accountId,
        status: 'available',
        tags: { [key]: 'true' },
      }),
    ),
  );
  const all = byId(lists.flatMap((list) => list.enis));
  const ids = instancesOf(all);
  const known = await Promise.all(
    chunks(ids, addressesPerQuery).map((some) =>
      ask(context, `look up ${some.length} instances`, (signal) =>
        context.ec2.describeInstances(some, signal),
      ),
    ),
  );
  return leftovers(all, known.flat(), instanceId);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
