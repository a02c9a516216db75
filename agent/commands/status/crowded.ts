import type { Eni } from '../../claim/facts.ts';
import type { InterfaceConfig } from '../../config/model.ts';
import { crowded, hasWorkersPart } from '../../plan/crowded.ts';
import { tagKeys } from '../../plan/tags.ts';
import { type AskContext, ask } from '../run/ask.ts';
import { listEnis } from '../run/list-enis.ts';

/**
 * Warnings of interfaces in whose subnets workers come to the end of their part. Asks EC2 about those subnets alone
 * of which the configuration sets a part apart for workers.
 *
 * @param enis this instance's, that it made or claimed
 */
export async function crowdedSubnets(
  context: AskContext,
  interfaces: readonly InterfaceConfig[],
  enis: readonly Eni[],
): Promise<string[]> {
  const watched = interfaces.filter(hasWorkersPart).map((config) => ({
    config,
    subnetId: enis.find((eni) => eni.tags[tagKeys.interface] === config.name)?.subnetId,
  }));
  const ids = [...new Set(watched.flatMap(({ subnetId }) => subnetId ?? []))];
  if (ids.length === 0) {
    return [];
  }
  const named = ids.join(', ');
  const [subnets, listing, reservations] = await Promise.all([
    ask(context, `look up ${named}`, (signal) => context.ec2.describeSubnets({ ids }, signal)),
    listEnis(context, `list the ENIs of ${named}`, { subnetIds: ids }),
    Promise.all(
      ids.map((id) =>
        ask(context, `list the CIDR reservations of ${id}`, (signal) =>
          context.ec2.describeReservations(id, signal),
        ),
      ),
    ),
  ]);
  const use = { subnets, enis: listing.enis, reservations: reservations.flat() };
  return watched.flatMap(({ config, subnetId }) => crowded(config, subnetId, use, []));
}
