import type { Subnet } from '../claim/facts.ts';
import { isIpv6 } from '../claim/range.ts';
import type { NodeConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { wantedIn } from './node-port.ts';
import { carriedBefore } from './node-port-former.ts';
import type { Observation } from './observation.ts';
import type { NodePortPlan } from './steps.ts';

type Link = Pick<NodePortPlan, 'name' | 'eni' | 'entries'>;

/**
 * Throws a `Failure` (6) for more addresses than an ENI of this instance type carries: beside its own there must be room
 * for all floating ones, which it may come to hold together, and one of each `PerNode` list.
 */
export function checkRoom(
  link: Link,
  { interfaces }: Pick<NodeConfig, 'interfaces'>,
  subnet: Subnet,
  seen: Pick<Observation, 'limits' | 'addressClaims'>,
): void {
  const { floating, perNode } = wantedIn(link.entries, subnet);
  const wanted = [...floating.map(({ address }) => address), ...perNode.flatMap((list) => list.slice(0, 1))];
  const config = interfaces.find(({ name }) => name === link.name);
  const { type, addressesPerInterface } = seen.limits;
  for (const [version, addresses] of Map.groupBy(wanted, (each) => (isIpv6(each) ? 6 : 4))) {
    const own =
      link.eni === undefined
        ? Number(version === 4 || (config?.existing === undefined && config?.ipv6.mode !== 'None'))
        : ownOf(link, link.eni, seen).filter((each) => isIpv6(each) === (version === 6)).length;
    const most = addressesPerInterface[version];
    if (own + addresses.length > most) {
      throw new Failure(
        ExitCode.limit,
        `${link.name}: an ENI of ${type} carries ${most} IPv${version} addresses, and ${addresses.length} of spec.nodePort ` +
          `in ${subnet.id} beside its own ${own} are too many. Put some on another interface, or choose a larger instance type`,
      );
    }
  }
}

/** What the ENI has besides NodePort addresses, those that it is about to lose among them. */
function ownOf(
  { entries }: Link,
  eni: NonNullable<Link['eni']>,
  { addressClaims = [] }: Pick<Observation, 'addressClaims'>,
): string[] {
  const { id, addresses, ipv6Addresses, prefixes } = eni;
  const ours = [
    ...carriedBefore(eni),
    ...entries.flatMap((entry) => entry.addresses),
    ...addressClaims.filter(({ eniId }) => eniId === id).map(({ address }) => address),
  ];
  return [...[...addresses, ...ipv6Addresses].filter((each) => !ours.includes(each)), ...prefixes];
}
