import type { Eni, Subnet } from '../claim/facts.ts';
import { freeRanges, type IpVersion } from '../claim/free.ts';
import { intersect, parseRange, type Range, size } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import type { Observation } from './observation.ts';

/** An address of each IP version, as far as one is named. */
export type Addresses = Partial<Record<IpVersion, bigint>>;

/** What the subnets have for the interfaces, from which claims are taken one after the other. */
export interface Rooms {
  /** Takes the addresses of a claim away: from all interfaces that might have had them. */
  take: (subnetId: string, addresses: Addresses) => void;
  /** The lowest addresses that are left to the interface in the subnet. */
  lowest: (name: string, subnetId: string, planned?: readonly Range[]) => Addresses;
  /** How many ENIs of the interface the subnet still takes. */
  left: (name: string, subnetId: string, planned?: readonly Range[]) => bigint;
  /** Whether the address is of those that the interface might have in the subnet. */
  has: (name: string, subnetId: string, version: IpVersion, address: bigint) => boolean;
}

/** What of one IP version an interface may have in a subnet. */
interface Part {
  /** Undefined where EC2 chooses. */
  free: readonly Range[] | undefined;
  left: bigint;
  /** What is before has been taken. */
  from: bigint;
}

export const versions: readonly IpVersion[] = ['ipv4', 'ipv6'];

/** @param made the ENIs that are to count as not there yet */
export function createRooms(
  created: readonly CreatedInterface[],
  subnets: readonly Subnet[],
  { enis, reservations }: Pick<Observation, 'enis' | 'reservations'>,
  made: readonly Eni[],
): Rooms {
  const bare = new Map(made.map((eni) => [eni, withoutOwn(eni)]));
  const before = enis.map((eni) => bare.get(eni) ?? eni);
  const partOf = (config: CreatedInterface, subnet: Subnet, version: IpVersion): Part | undefined => {
    const { mode } = config[version];
    if (mode === 'None') {
      return undefined;
    }
    if (mode === 'FirstFree') {
      const free = freeRanges(subnet, version, before, reservations, config[version]);
      return { free, left: size(free), from: 0n };
    }
    const back = BigInt(made.filter(({ subnetId }) => subnetId === subnet.id).length);
    const whole = size(subnet.ipv6Cidrs.map(parseRange));
    const left = version === 'ipv4' ? BigInt(subnet.availableAddresses) + back : whole;
    return { free: undefined, left, from: 0n };
  };
  const bySubnet = new Map(
    subnets.map((subnet) => {
      const parts = created.map((config) => {
        const ofVersions = versions.map((version) => [version, partOf(config, subnet, version)] as const);
        return [config.name, new Map(ofVersions)] as const;
      });
      return [subnet.id, { parts: new Map(parts), taken: new Set<bigint>() }];
    }),
  );
  const partsIn = (name: string, subnetId: string) =>
    versions.flatMap((version) => {
      const part = bySubnet.get(subnetId)?.parts.get(name)?.get(version);
      return part === undefined ? [] : [{ version, ...part }];
    });
  return {
    take(subnetId, addresses) {
      const { parts, taken } = bySubnet.get(subnetId) ?? {};
      for (const version of versions) {
        const address = addresses[version];
        const isNew = address === undefined || !taken?.has(address);
        for (const part of [...(parts?.values() ?? [])].flatMap((each) => each.get(version) ?? [])) {
          const isOfIt = part.free === undefined || (address !== undefined && holds(part.free, address));
          part.left -= isNew && isOfIt ? 1n : 0n;
        }
        if (address !== undefined) {
          taken?.add(address);
        }
      }
    },
    lowest(name, subnetId, planned = []) {
      const { parts, taken } = bySubnet.get(subnetId) ?? {};
      return Object.fromEntries(
        versions.map((version) => {
          const part = parts?.get(name)?.get(version);
          const own = part && next(part, part.from, (address) => taken?.has(address) !== true);
          if (part !== undefined && own !== undefined) {
            part.from = own;
          }
          const isLeft = (address: bigint) => taken?.has(address) !== true && !holds(planned, address);
          return [version, part && next(part, part.from, isLeft)];
        }),
      );
    },
    left: (name, subnetId, planned = []) =>
      partsIn(name, subnetId)
        .map(({ free, left }) => left - size(intersect(free ?? [], planned)))
        .reduce((a, b) => (b < a ? b : a)),
    has: (name, subnetId, version, address) =>
      partsIn(name, subnetId).some(
        (part) => part.version === version && part.free !== undefined && holds(part.free, address),
      ),
  };
}

/** The ENI without what it was created with: pods' addresses and prefixes stay. */
function withoutOwn(eni: Eni): Eni {
  return { ...eni, addresses: eni.addresses.slice(1), ipv6Addresses: [] };
}

function holds(ranges: readonly Range[], address: bigint): boolean {
  return ranges.some(({ first, last }) => first <= address && address <= last);
}

function next({ free = [] }: Part, from: bigint, isLeft: (address: bigint) => boolean): bigint | undefined {
  for (const { first, last } of free.filter((range) => range.last >= from)) {
    for (let address = first > from ? first : from; address <= last; address += 1n) {
      if (isLeft(address)) {
        return address;
      }
    }
  }
  return undefined;
}
