import type { Eni, Reservation, Subnet } from '../../claim/facts.ts';
import type { CreatedInterface } from '../../config/model.ts';
import { listedIds, tagText } from '../../plan/subnet-selection.ts';
import { ask } from './ask.ts';
import type { RunContext } from './context.ts';
import { type Listing, listEnis, listTagged } from './list-enis.ts';

/** Enough for any account with EC2's default quota in all but a full Region; `claimInSubnet` knows what more costs. */
const pagesAtMost = 3;

/** The subnets of the node's VPC that `subnetTags` select, in whatever zone. */
export async function taggedSubnets(
  context: RunContext,
  created: readonly CreatedInterface[],
): Promise<Subnet[]> {
  const { vpcId } = context.instance;
  const selections = distinctTags(
    created.flatMap(({ subnetTags }) => (subnetTags === undefined ? [] : [subnetTags])),
  );
  const lists = await Promise.all(
    selections.map((tags) =>
      ask(context, `look up the subnets of ${vpcId} with the tags ${tagText(tags)}`, (signal) =>
        context.ec2.describeSubnets({ vpcId, tags }, signal),
      ),
    ),
  );
  return byId(lists.flat());
}

/** Those in the node's zone. */
export function idsInZone({ instance: { zone } }: RunContext, subnets: readonly Subnet[]): string[] {
  return subnets.filter((each) => each.zone === zone).map(({ id }) => id);
}

/** The ENIs in those of the subnets that are in the node's zone. */
export async function enisIn(context: RunContext, ids: readonly string[]): Promise<Listing> {
  const subnetIds = distinct(ids);
  const { zone } = context.instance;
  return subnetIds.length === 0
    ? { enis: [], isCut: false }
    : listEnis(context, `list the ENIs of ${subnetIds.join(', ')}`, { subnetIds, zone }, pagesAtMost);
}

/** Those made beforehand that the configuration selects, in the node's zone and VPC. */
export async function selectedEnis(context: RunContext): Promise<Eni[]> {
  const { config, instance } = context;
  const lists = await Promise.all(
    distinctTags(
      config.interfaces.flatMap(({ existing }) => (existing === undefined ? [] : [existing.tags])),
    ).map((tags) => listTagged(context, tags, instance)),
  );
  return lists.flat();
}

/**
 * The CIDR reservations that matter to first-free claims, and to NodePort addresses. Subnets of other zones are asked about too, since waiting to
 * know which they are would cost the boot a round trip; but not again, where EC2 throttles.
 *
 * @param named the subnets that are configured by id, once they are known
 */
export async function reservationsOf(
  context: RunContext,
  created: readonly CreatedInterface[],
  tagged: readonly Subnet[],
  named: Promise<readonly Subnet[]>,
): Promise<Reservation[]> {
  const { zone: here } = context.instance;
  const elsewhere = new Set<string>();
  const noteElsewhere = (subnets: readonly Subnet[]) => {
    for (const { id } of subnets.filter(({ zone }) => zone !== here)) {
      elsewhere.add(id);
    }
  };
  // Who asked for them is told of the error.
  named.then(noteElsewhere, () => undefined);
  // Where EC2 chooses, they tell whether it may choose a NodePort address.
  const claimed = created.filter(
    ({ ipv4, ipv6, nodePort = [] }) => [ipv4.mode, ipv6.mode].includes('FirstFree') || nodePort.length > 0,
  );
  const inZone = tagged.filter(({ zone }) => zone === here);
  const ids = claimed.flatMap((each) => listedIds(each, inZone));
  const lists = await Promise.all(
    distinct(ids).map((id) =>
      ask(
        context,
        `list the CIDR reservations of ${id}`,
        async (signal) => (elsewhere.has(id) ? [] : context.ec2.describeReservations(id, signal)),
        // A subnet that does not exist is told of by the plan, with the others.
        ['notFound'],
      ),
    ),
  );
  return lists.flatMap((list) => (Array.isArray(list) ? list : []));
}

type Tags = Readonly<Record<string, string>>;

/** Each once: by what no key or value can imitate, as they may hold any character. */
function distinctTags(selections: readonly Tags[]): Tags[] {
  return [...new Map(selections.map((tags) => [JSON.stringify(tags), tags])).values()];
}

/** Each once. */
export function byId<T extends { id: string }>(things: readonly T[]): T[] {
  return [...new Map(things.map((each): [string, T] => [each.id, each])).values()];
}

/** Each once. */
export function distinct<T>(things: readonly T[]): T[] {
  return [...new Set(things)];
}
