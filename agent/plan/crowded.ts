import { formatCount } from '../claim/count.ts';
import { type Crowding, crowdingIn } from '../claim/crowding.ts';
import type { IpVersion } from '../claim/free.ts';
import { formatAddress, parseRange, type Range } from '../claim/range.ts';
import type { AddressConfig, InterfaceConfig } from '../config/model.ts';
import { addressesOf, firstTry } from './first-try.ts';
import type { Observation } from './observation.ts';
import type { InterfacePlan } from './steps.ts';

/** What EC2 tells of subnets and of what is in use there. */
type Use = Pick<Observation, 'subnets' | 'enis' | 'reservations'>;

const versions: readonly IpVersion[] = ['ipv4', 'ipv6'];

/** Whether the configuration sets a part of its subnets apart for workers. */
export function hasWorkersPart(config: InterfaceConfig): boolean {
  return config.existing === undefined && versions.some((version) => isSetApart(config[version]));
}

function isSetApart({ mode, within, podRange }: AddressConfig): boolean {
  return mode === 'FirstFree' && within.length + podRange.length > 0;
}

/** Warnings of interfaces in whose subnets workers come to the end of their part, once the plan is carried out. */
export function crowdedAfter(interfaces: readonly InterfacePlan[], seen: Use): string[] {
  const planned = interfaces.flatMap(({ source }) => addressesOf(source)).map(parseRange);
  return interfaces.flatMap(({ config, source }) => {
    const subnetId = 'eni' in source ? source.eni.subnetId : firstTry(source)?.subnetId;
    return crowded(config, subnetId, seen, planned);
  });
}

/**
 * The same for one interface.
 *
 * @param subnetId where its ENI is, or is going to be
 * @param planned addresses that this node's interfaces are about to claim
 */
export function crowded(
  config: InterfaceConfig,
  subnetId: string | undefined,
  { subnets, enis, reservations }: Use,
  planned: readonly Range[],
): string[] {
  const subnet = subnets.find(({ id }) => id === subnetId);
  if (subnet === undefined || config.existing !== undefined) {
    return [];
  }
  return versions
    .filter((version) => isSetApart(config[version]))
    .flatMap((version) => {
      const crowding = crowdingIn(subnet, version, enis, reservations, config[version], planned);
      return crowding === undefined
        ? []
        : [inWords(config.name, subnet.id, version, config[version], crowding)];
    });
}

function inWords(
  name: string,
  subnetId: string,
  version: IpVersion,
  { within, podRange }: AddressConfig,
  crowding: Crowding,
): string {
  const part = within.length > 0 ? `${version}.within` : `outside ${version}.podRange`;
  const remedies = [
    ...(within.length > 0 ? [`widen ${version}.within`] : []),
    ...(podRange.length > 0 ? [`move ${version}.podRange`] : []),
    'release addresses there',
  ];
  const { free, total, end } = crowding;
  return (
    `${name}: the workers' part of ${subnetId} (${part}, up to ${formatAddress(end)}) has ${formatCount(free)} of ` +
    `${formatCount(total)} addresses free: ${remedies.join(', ')}, or list another subnet`
  );
}
