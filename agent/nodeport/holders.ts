import type { Eni, NodeInstance } from '../claim/facts.ts';
import { askWithin } from './ask.ts';
import type { WatchContext } from './ports.ts';

/** An ENI that holds an address. */
export interface Holder {
  eni: Eni;
  /** Undefined where it is attached to no instance. */
  node: NodeInstance | undefined;
  /** Whether the ENI's tags are told: a listing of instances does not tell them. */
  isTagged: boolean;
}

/** The addresses of an ENI, in whatever listing. */
export type Listed = Pick<Eni, 'id' | 'addresses' | 'ipv6Addresses'>;

export function holds({ addresses, ipv6Addresses }: Listed, address: string): boolean {
  return addresses.includes(address) || ipv6Addresses.includes(address);
}

/**
 * Who holds these addresses of one subnet and IP version, as EC2 shows it, by address: one call, where instances hold all of
 * them. Throws a `Failure`.
 *
 * @param ms for each call
 * @param isUrgent an answer that does not come is asked for anew
 */
export async function findHolders(
  context: WatchContext,
  subnetId: string,
  addresses: readonly string[],
  ms: number,
  isUrgent: boolean,
): Promise<Map<string, Holder>> {
  const { ec2 } = context;
  const subject = `see who holds ${addresses.join(', ')}`;
  const nodes = await askWithin(
    context,
    ms,
    subject,
    (signal) => ec2.describeNodes({ subnetId, addresses }, signal),
    [],
    isUrgent,
  );
  const attached = nodes.flatMap((node) => node.enis.map((eni) => ({ eni, node, isTagged: false })));
  const found = byAddress(addresses, attached);
  const missing = addresses.filter((address) => !found.has(address));
  if (missing.length === 0) {
    return found;
  }
  // An ENI that is attached to no instance, or that EC2 shows with none yet.
  const unattached = await askWithin(context, ms, subject, (signal) =>
    ec2.describeEnis({ subnetIds: [subnetId], addresses: missing }, signal),
  );
  // Since the first listing it may have come to an instance, or that listing was further behind.
  const eniIds = unattached.flatMap(({ id, attachment }) =>
    attachment?.instanceId === undefined ? [] : [id],
  );
  const late =
    eniIds.length === 0
      ? []
      : await askWithin(context, ms, subject, (signal) => ec2.describeNodes({ subnetId, eniIds }, signal));
  const others = unattached.map((eni) => ({
    eni,
    node: late.find(({ enis }) => enis.some(({ id }) => id === eni.id)),
    isTagged: true,
  }));
  return new Map([...found, ...byAddress(missing, others)]);
}

function byAddress(addresses: readonly string[], holders: readonly Holder[]): Map<string, Holder> {
  return new Map(
    addresses.flatMap((address): [string, Holder][] => {
      const holder = holders.find(({ eni }) => holds(eni, address));
      return holder === undefined ? [] : [[address, holder]];
    }),
  );
}
