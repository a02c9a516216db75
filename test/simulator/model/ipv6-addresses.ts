import { ApiError, invalidParameter } from './api-error.ts';
import { formatCidr, ipv6, parseCidr } from './ip.ts';
import { refuseTooMany } from './limits.ts';
import type { Eni, Subnet } from './records.ts';
import type { World } from './world.ts';

/** What an ENI is to be given; of addresses, in any form of IPv6. */
export interface Ipv6Assignment {
  addresses: readonly string[];
  /** Of addresses that EC2 is to choose. */
  count: number;
  prefixes: readonly string[];
  prefixCount: number;
}

/** All or nothing: the ENI with the addresses and prefixes added, which the caller stores. None ever moves. */
export function assignIpv6(world: World, eni: Eni, request: Ipv6Assignment): Eni {
  const subnet = world.subnet(eni.subnetId);
  const { ipv6Pool: pool } = subnet;
  const { count, prefixes, prefixCount } = request;
  const given = request.addresses.length + count + prefixes.length + prefixCount;
  if (given > 0 && pool.ranges.length === 0) {
    throw withoutIpv6(subnet);
  }
  const wanted = newAddresses(world, subnet, eni, request.addresses);
  refuseTooMany(
    world,
    eni,
    'ipv6AddressesPerInterface',
    wanted.length + count + prefixes.length + prefixCount,
  );
  const taken = { addresses: [] as string[], prefixes: [] as string[] };
  try {
    for (const address of wanted) {
      taken.addresses.push(pool.take(nameable(world, subnet, address), eni.id));
    }
    for (const prefix of prefixes) {
      taken.prefixes.push(pool.takePrefix(prefix, eni.id));
    }
    for (let n = 0; n < count; n++) {
      taken.addresses.push(pool.takeFree(world.random, eni.id));
    }
    for (let n = 0; n < prefixCount; n++) {
      taken.prefixes.push(pool.takeFreePrefix(world.random, eni.id));
    }
  } catch (error) {
    pool.give(taken.addresses, taken.prefixes);
    throw error;
  }
  return {
    ...eni,
    ipv6Addresses: [...eni.ipv6Addresses, ...taken.addresses],
    ipv6Prefixes: [...eni.ipv6Prefixes, ...taken.prefixes],
  };
}

/** [?] How EC2 says it is not known. */
function withoutIpv6({ id }: Subnet): ApiError {
  return invalidParameter(`The subnet '${id}' does not have an IPv6 CIDR block associated with it`);
}

function nameable(world: World, { ipv6Pool }: Subnet, address: string): bigint {
  return ipv6Pool.nameable(address, world.settings.quirks.addressInPrefixReservation === 'allowed');
}

/** The named addresses in canonical form that the ENI has not yet, once it is known that it may have them all. */
function newAddresses(world: World, subnet: Subnet, eni: Eni, addresses: readonly string[]): string[] {
  const named = [...new Set(addresses.map((each) => ipv6.format(nameable(world, subnet, each))))];
  const own = named.filter((address) => eni.ipv6Addresses.includes(address));
  const wanted = named.filter((address) => !own.includes(address));
  const taken = wanted.filter((address) => subnet.ipv6Pool.ownerOf(address) !== undefined);
  const refused = world.settings.quirks.assignOwnAddress === 'refused' ? [...own, ...taken] : taken;
  if (refused.length > 0) {
    throw takenError(world, refused);
  }
  return wanted;
}

function takenError(world: World, addresses: readonly string[]): ApiError {
  const { code, message } = world.settings.quirks.ipv6Taken;
  return new ApiError(code, message.replace('%s', addresses.join(', ')));
}

/** Fails, and changes nothing, unless the ENI has all of these. Answers the canonical forms and the changed ENI. */
export function unassignIpv6(
  world: World,
  eni: Eni,
  named: { addresses: readonly string[]; prefixes: readonly string[] },
): { eni: Eni; addresses: string[]; prefixes: string[] } {
  const addresses = named.addresses.map(canonicalAddress);
  const prefixes = named.prefixes.map(canonicalPrefix);
  if (addresses.some((each) => each === eni.primaryIpv6)) {
    throw invalidParameter(
      `Primary IPv6 address ${eni.primaryIpv6} of network interface ${eni.id} cannot be unassigned`,
    );
  }
  const missing =
    addresses.some((each) => !eni.ipv6Addresses.includes(each)) ||
    prefixes.some((each) => !eni.ipv6Prefixes.includes(each));
  if (missing) {
    const { code, message } = world.settings.quirks.ipv6NotHeld;
    throw new ApiError(code, message.replace('%s', eni.id));
  }
  world.subnet(eni.subnetId).ipv6Pool.give(addresses, prefixes);
  const changed = {
    ...eni,
    ipv6Addresses: eni.ipv6Addresses.filter((each) => !addresses.includes(each)),
    ipv6Prefixes: eni.ipv6Prefixes.filter((each) => !prefixes.includes(each)),
  };
  return { eni: changed, addresses, prefixes };
}

function canonicalAddress(text: string): string {
  const address = ipv6.parse(text);
  if (address === undefined) {
    throw invalidParameter(`invalid value for parameter address: ${text}`);
  }
  return ipv6.format(address);
}

function canonicalPrefix(text: string): string {
  const range = parseCidr(text, ipv6);
  if (range === undefined) {
    throw invalidParameter(`invalid value for parameter Ipv6Prefix: ${text}`);
  }
  return formatCidr(range, ipv6);
}
