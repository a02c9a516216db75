import type { AddressPool } from './address-pool.ts';
import { ApiError, invalidParameter } from './api-error.ts';
import { refuseTooMany } from './limits.ts';
import { type Eni, isIpv6Native, type Subnet } from './records.ts';
import type { World } from './world.ts';

export interface Assignment {
  addresses: readonly string[];
  /** Of addresses that EC2 is to choose. */
  count: number;
  prefixes: readonly string[];
  prefixCount: number;
  /** Takes secondary addresses from the ENIs that have them. */
  allowReassignment: boolean;
}

/** Takes the named address for a new ENI; answers it. */
export function takeAddress(world: World, { pool }: Subnet, address: string, eniId: string): string {
  const value = nameable(world, pool, address);
  if (pool.ownerOf(address) !== undefined) {
    throw addressInUse();
  }
  return pool.take(value, eniId);
}

export function addressInUse(): ApiError {
  return new ApiError('InvalidIPAddress.InUse', 'The specified address is already in use.');
}

function nameable(world: World, pool: AddressPool, address: string): bigint {
  return pool.nameable(address, world.settings.quirks.addressInPrefixReservation === 'allowed');
}

/** All or nothing: the ENI with the addresses and prefixes added, which the caller stores. */
export function assignAddresses(world: World, eni: Eni, request: Assignment): Eni {
  const subnet = world.subnet(eni.subnetId);
  const { pool } = subnet;
  refuseWithoutIpv4(subnet, request);
  const wanted = newAddresses(world, pool, eni, request);
  const more = wanted.length + request.count + request.prefixes.length + request.prefixCount;
  refuseTooMany(world, eni, 'addressesPerInterface', more);
  const taken = { addresses: [] as string[], prefixes: [] as string[] };
  try {
    for (const address of wanted) {
      taken.addresses.push(reassign(world, pool, address, eni.id));
    }
    for (const prefix of request.prefixes) {
      taken.prefixes.push(pool.takePrefix(prefix, eni.id));
    }
    for (let n = 0; n < request.count; n++) {
      taken.addresses.push(pool.takeFree(world.random, eni.id));
    }
    for (let n = 0; n < request.prefixCount; n++) {
      taken.prefixes.push(pool.takeFreePrefix(world.random, eni.id));
    }
  } catch (error) {
    pool.give(taken.addresses, taken.prefixes);
    throw error;
  }
  return {
    ...eni,
    addresses: [...eni.addresses, ...taken.addresses],
    prefixes: [...eni.prefixes, ...taken.prefixes],
  };
}

/** [?] How EC2 says it is not known. */
function refuseWithoutIpv4(subnet: Subnet, request: Assignment): void {
  const { addresses, count, prefixes, prefixCount } = request;
  if (isIpv6Native(subnet) && addresses.length + count + prefixes.length + prefixCount > 0) {
    throw ipv4InIpv6Only(subnet);
  }
}

export function ipv4InIpv6Only({ id }: Subnet): ApiError {
  return invalidParameter(`IPv4 addresses cannot be specified for the IPv6-only subnet ${id}`);
}

/** The named addresses that the ENI has not yet, once it is known that it may have them all. */
function newAddresses(world: World, pool: AddressPool, eni: Eni, request: Assignment): string[] {
  const { addresses, allowReassignment } = request;
  const wanted = [...new Set(addresses)].filter((address) => !eni.addresses.includes(address));
  if (wanted.length < addresses.length && world.settings.quirks.assignOwnAddress === 'refused') {
    throw moveNotAllowed(addresses);
  }
  for (const address of wanted) {
    nameable(world, pool, address);
  }
  refuseTaken(world, pool, wanted, allowReassignment);
  return wanted;
}

/** A secondary address may move to another ENI if the call allows it; a primary or a prefix never. */
function refuseTaken(world: World, pool: AddressPool, addresses: readonly string[], allowed: boolean): void {
  const stuck = addresses.filter((address) => {
    const owner = pool.ownerOf(address);
    return owner !== undefined && !(allowed && isSecondary(world.store.findEni(owner), address));
  });
  if (stuck.length > 0) {
    throw moveNotAllowed(stuck);
  }
}

function isSecondary(eni: Eni | undefined, address: string): boolean {
  return eni !== undefined && !eni.hidden && !eni.requesterManaged && eni.addresses.indexOf(address) > 0;
}

function moveNotAllowed(addresses: readonly string[]): ApiError {
  return invalidParameter(`[${addresses.join(', ')}] assigned, but move is not allowed.`);
}

/** Takes an address that is free, or another ENI's, which then has it no more. */
function reassign(world: World, pool: AddressPool, address: string, eniId: string): string {
  const owner = pool.ownerOf(address);
  pool.give(owner === undefined ? [] : [address], []);
  const taken = pool.take(nameable(world, pool, address), eniId);
  if (owner !== undefined) {
    const eni = world.store.eni(owner);
    world.store.setEni({ ...eni, addresses: eni.addresses.filter((each) => each !== address) });
  }
  return taken;
}

/** Fails, and changes nothing, unless the ENI has all of these; its primary address stays. */
export function unassignAddresses(
  world: World,
  eni: Eni,
  addresses: readonly string[],
  prefixes: readonly string[],
): Eni {
  const foreign = addresses.filter((address) => eni.addresses.indexOf(address) < 1);
  const primary = foreign.find((address) => address === eni.addresses[0]);
  if (primary !== undefined) {
    throw invalidParameter(`Primary address ${primary} of network interface ${eni.id} cannot be unassigned`);
  }
  const missing = [...foreign, ...prefixes.filter((prefix) => !eni.prefixes.includes(prefix))];
  if (missing.length > 0) {
    throw invalidParameter(`Some of the specified addresses are not assigned to interface ${eni.id}`);
  }
  const { pool } = world.subnet(eni.subnetId);
  pool.give(addresses, prefixes);
  return {
    ...eni,
    addresses: eni.addresses.filter((address) => !addresses.includes(address)),
    prefixes: eni.prefixes.filter((prefix) => !prefixes.includes(prefix)),
  };
}
