import type { AddressConfig, CreatedInterface, ExistingInterface } from '../../agent/config/model.ts';
import type { Eni, Subnet } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { bounds, toAddress, toNumber } from './scenario/network.ts';

/*
 * What workers may have, reckoned in another way than the agent's: address by address, from the truth.
 */

/** Why an IPv4 address is not one that the interface may claim; nothing if it may. */
export function fault(
  subnet: Subnet,
  address: string,
  { within, podRange }: AddressConfig,
): string | undefined {
  const number = toNumber(address);
  const { first, last } = bounds(subnet.cidr ?? '0.0.0.0/32');
  if (number < first || number > last) {
    return 'is outside the subnet';
  }
  if (number < first + 4 || number === last) {
    return 'is among those that EC2 reserves';
  }
  if (within.length > 0 && !within.some((each) => holds(each, number))) {
    return 'is not in within';
  }
  if (podRange.some((each) => holds(each, number))) {
    return 'is in podRange';
  }
  const closed = [...subnet.pool.reservations.values()].filter(
    ({ cidr, type }) => type === 'prefix' || !within.some((each) => isSame(each, cidr)),
  );
  return closed.some(({ cidr }) => holds(cidr, number)) ? 'is in a CIDR reservation' : undefined;
}

/**
 * The IPv4 addresses that the interface may claim in the subnet and nobody holds, in order, until `enough`.
 *
 * @param isUnseen of who holds one though no listing shows it
 */
export function freeIn(
  subnet: Subnet,
  config: AddressConfig,
  enough: number,
  isUnseen: (eniId: string) => boolean = () => false,
): string[] {
  const found: string[] = [];
  if (subnet.cidr === undefined) {
    return found;
  }
  const { first, last } = bounds(subnet.cidr);
  for (let number = first; number <= last && found.length < enough; number += 1) {
    const address = toAddress(number);
    const owner = subnet.pool.ownerOf(address);
    if ((owner === undefined || isUnseen(owner)) && fault(subnet, address, config) === undefined) {
      found.push(address);
    }
  }
  return found;
}

/** The subnets of the zone in which the interface's ENI may be. */
export function subnetsOf(world: World, config: CreatedInterface, zone: string): Subnet[] {
  const { subnets, subnetTags } = config;
  return [...world.subnets.values()].filter(
    (each) =>
      each.zone === zone &&
      (subnetTags === undefined ? subnets.includes(each.id) : hasTags(each.tags, subnetTags)),
  );
}

/** Whether the ENI is one of those made beforehand that the interface may have. */
export function isSelected(
  eni: Pick<Eni, 'tags' | 'zone'>,
  { existing }: ExistingInterface,
  zone: string,
): boolean {
  return (
    eni.zone === zone &&
    hasTags(eni.tags, existing.tags) &&
    eni.tags['multus-bootstrap.io/created'] === undefined
  );
}

export function hasTags(
  tags: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}

/** @param entry a CIDR, an address, or first-last */
function holds(entry: string, number: number): boolean {
  const { first, last } = ends(entry);
  return first <= number && number <= last;
}

function isSame(a: string, b: string): boolean {
  return ends(a).first === ends(b).first && ends(a).last === ends(b).last;
}

function ends(entry: string): { first: number; last: number } {
  if (entry.includes('/')) {
    return bounds(entry);
  }
  const [first = '', last = first] = entry.split('-');
  return { first: toNumber(first), last: toNumber(last) };
}
