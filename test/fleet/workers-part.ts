import type { AddressConfig, CreatedInterface, ExistingInterface } from '../../agent/config/model.ts';
import type { AddressPool } from '../simulator/model/address-pool.ts';
import { type Family, parseCidr, type Range } from '../simulator/model/ip.ts';
import type { Eni, Subnet } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';

/*
 * What workers may have, reckoned in another way than the agent's: address by address, from the truth.
 */

export type IpVersion = 'ipv4' | 'ipv6';

export const versions: readonly IpVersion[] = ['ipv4', 'ipv6'];

/** Why an address is not one that the interface may claim; nothing if it may. */
export function fault(
  subnet: Subnet,
  address: string,
  config: AddressConfig,
  version: IpVersion = 'ipv4',
): string | undefined {
  const { family } = poolOf(subnet, version);
  const number = family.parse(address);
  return number === undefined ? 'is none' : faultOf(poolOf(subnet, version), number, config);
}

function faultOf(
  { ranges, reservations, family }: AddressPool,
  number: bigint,
  { within, podRange }: AddressConfig,
): string | undefined {
  const range = ranges.find(({ first, last }) => first <= number && number <= last);
  if (range === undefined) {
    return 'is outside the subnet';
  }
  if (number < range.first + 4n || number === range.last) {
    return 'is among those that EC2 reserves';
  }
  if (within.length > 0 && !within.some((each) => holds(each, number, family))) {
    return 'is not in within';
  }
  if (podRange.some((each) => holds(each, number, family))) {
    return 'is in podRange';
  }
  const closed = [...reservations.values()].filter(
    ({ cidr, type }) => type === 'prefix' || !within.some((each) => isSame(each, cidr, family)),
  );
  return closed.some(({ cidr }) => holds(cidr, number, family)) ? 'is in a CIDR reservation' : undefined;
}

/**
 * The addresses that the interface may claim in the subnet and nobody holds, in order, until `enough`.
 *
 * @param isUnseen of who holds one though no listing shows it
 */
export function freeIn(
  subnet: Subnet,
  config: AddressConfig,
  enough: number,
  isUnseen: (eniId: string) => boolean = () => false,
  version: IpVersion = 'ipv4',
): string[] {
  const found: string[] = [];
  const pool = poolOf(subnet, version);
  const { family } = pool;
  const entries = config.within.map((each) => ends(each, family));
  for (const range of pool.ranges) {
    // A /64 is too large to look at the addresses before and behind.
    const inside = entries.filter(({ first, last }) => first <= range.last && range.first <= last);
    const first = inside.reduce((a, b) => (b.first < a ? b.first : a), entries.length > 0 ? range.last : 0n);
    const last = inside.reduce((a, b) => (b.last > a ? b.last : a), entries.length > 0 ? 0n : range.last);
    const end = last < range.last ? last : range.last;
    for (
      let number = first > range.first ? first : range.first;
      number <= end && found.length < enough;
      number += 1n
    ) {
      if (faultOf(pool, number, config) === undefined) {
        const address = family.format(number);
        const owner = pool.ownerOf(address);
        if (owner === undefined || isUnseen(owner)) {
          found.push(address);
        }
      }
    }
  }
  return found;
}

function poolOf({ pool, ipv6Pool }: Subnet, version: IpVersion): AddressPool {
  return version === 'ipv4' ? pool : ipv6Pool;
}

/** As a number. */
export function numberOf(subnet: Subnet, address: string, version: IpVersion): bigint {
  return poolOf(subnet, version).family.parse(address) ?? 0n;
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
function holds(entry: string, number: bigint, family: Family): boolean {
  const { first, last } = ends(entry, family);
  return first <= number && number <= last;
}

function isSame(a: string, b: string, family: Family): boolean {
  const [one, other] = [ends(a, family), ends(b, family)];
  return one.first === other.first && one.last === other.last;
}

/** The same few are asked for again and again. */
const known = new Map<string, Range>();

function ends(entry: string, family: Family): Range {
  const range = known.get(entry) ?? parseCidr(entry, family) ?? span(entry, family);
  known.set(entry, range);
  return range;
}

function span(entry: string, family: Family): Range {
  const [from = '', to = from] = entry.split('-');
  return { first: family.parse(from) ?? 0n, last: family.parse(to) ?? 0n };
}
