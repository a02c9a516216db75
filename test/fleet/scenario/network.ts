import type { Chance } from '../chance.ts';
import type { SubnetPlan } from './model.ts';

/** The subnets of one purpose, in every zone some. */
export interface Net {
  subnets: readonly SubnetPlan[];
  hasIpv6: boolean;
  isIpv6Only: boolean;
}

/** Hands out CIDRs of the VPC, each at a multiple of its size; the smallest when the room for them ends. */
export function createLayout(): (length: number) => string {
  const end = 240 * 256;
  let next = 0;
  return (wanted) => {
    const length = next + 2 * 2 ** (32 - wanted) > end ? 28 : wanted;
    const size = 2 ** (32 - length);
    const first = Math.ceil(next / size) * size;
    next = first + size;
    return `10.0.${Math.floor(first / 256)}.${first % 256}/${length}`;
  };
}

type Weighted = readonly (readonly [weight: number, item: number])[];

/** What the nets of a story are like. */
export interface Ways {
  /** Of the subnets' CIDRs. */
  lengths: Weighted;
  /** Subnets in a zone. */
  perZone: Weighted;
  /** How likely there is IPv6. */
  ipv6: number;
}

const anyWay: Ways = {
  lengths: [
    [2, 28],
    [3, 27],
    [3, 26],
    [2, 25],
    [3, 24],
    [1, 22],
    [0.3, 20],
  ],
  perZone: [
    [6, 1],
    [3, 2],
    [1, 3],
  ],
  ipv6: 0.2,
};

export const vpcIpv6 = '2600:1f18:47aa:bb00::/56';

/** Draws the subnets of one purpose. */
export function drawNet(
  chance: Chance,
  zones: readonly string[],
  layout: (length: number) => string,
  firstId: number,
  ways: Ways = anyWay,
): Net {
  const hasIpv6 = chance.yes(ways.ipv6);
  const isIpv6Only = hasIpv6 && chance.yes(0.2);
  const perZone = chance.weighted(...ways.perZone);
  const tags = { net: `net-${firstId}` };
  const subnets = zones.flatMap((zone, z) =>
    chance.some(perZone, (n) => {
      const id = firstId + z * perZone + n;
      const length = chance.weighted(...ways.lengths);
      const cidr = isIpv6Only ? undefined : layout(length);
      return {
        id: `subnet-${id.toString(16).padStart(17, '0')}`,
        zone,
        cidr,
        ipv6Cidr: hasIpv6 ? `2600:1f18:47aa:bb${id.toString(16).padStart(2, '0')}::/64` : undefined,
        assignsIpv6: isIpv6Only || (hasIpv6 && chance.yes(0.4)),
        tags,
        reservations: cidr === undefined ? [] : drawReservations(chance, cidr),
        occupants: drawOccupants(chance, cidr === undefined ? 0 : 2 ** (32 - lengthOf(cidr))),
        seed: chance.seed(),
      };
    }),
  );
  return { subnets, hasIpv6, isIpv6Only };
}

function drawReservations(chance: Chance, cidr: string): SubnetPlan['reservations'] {
  const length = lengthOf(cidr);
  if (length > 26 || !chance.yes(0.3)) {
    return [];
  }
  // Of the subnet's sixteenths, some: low ones are in the way of who claims the first free.
  const sixteenths = [...new Set(chance.some(chance.between(1, 2), () => chance.between(0, 15)))];
  return sixteenths.map((n) => ({
    cidr: part(cidr, length + 4, n),
    type: length + 4 <= 28 && chance.yes(0.5) ? 'prefix' : 'explicit',
  }));
}

function drawOccupants(chance: Chance, size: number): SubnetPlan['occupants'] {
  const some = (share: number, most: number) =>
    chance.yes(share) ? chance.between(0, Math.floor(Math.min(most, size / 6))) : 0;
  return {
    low: some(0.5, 20),
    anywhere: some(0.4, 20),
    hidden: some(0.15, 4),
    prefixes: size >= 64 && chance.yes(0.2) ? chance.between(1, Math.min(4, size / 32)) : 0,
    services: some(0.2, 2),
  };
}

export function lengthOf(cidr: string): number {
  return Number(cidr.replace(/.*\//, ''));
}

/** The nth part of that length of an IPv4 CIDR. */
export function part(cidr: string, length: number, nth: number): string {
  const first = toNumber(cidr.replace(/\/.*/, '')) + nth * 2 ** (32 - length);
  return `${toAddress(first)}/${length}`;
}

/** The first and the last address of an IPv4 CIDR, as numbers. */
export function bounds(cidr: string): { first: number; last: number } {
  const first = toNumber(cidr.replace(/\/.*/, ''));
  return { first, last: first + 2 ** (32 - lengthOf(cidr)) - 1 };
}

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

export function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
