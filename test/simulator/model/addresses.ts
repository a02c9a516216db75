import type { AddressPool } from './address-pool.ts';
import { ApiError, invalidParameter } from './api-error.ts';
import { instanceTypes } from './instance-types.ts';
import { formatAddress } from './ipv4.ts';
import type { Eni, Subnet } from './records.ts';
import type { World } from './world.ts';

/** Without an instance there is no type to bound an ENI: EC2's largest limit. */
const unattachedLimit = 50;

export interface Assignment {
  addresses: readonly string[];
  /** Of addresses that EC2 is to choose. */
  count: number;
  prefixes: readonly string[];
  prefixCount: number;
  /** Takes secondary addresses from the ENIs that have them. */
  allowReassignment: boolean;
}

/** Takes the named address for a new ENI, or one of EC2's choice; answers it. */
export function takeAddress(
  world: World,
  subnet: Subnet,
  address: string | undefined,
  eniId: string,
): string {
  const { pool } = subnet;
  if (address === undefined) {
    const chosen = pool.chooseFree(world.random);
    pool.take(chosen, eniId);
    return formatAddress(chosen);
  }
  const value = nameable(world, pool, address);
  if (pool.ownerOf(address) !== undefined) {
    throw addressInUse();
  }
  pool.take(value, eniId);
  return formatAddress(value);
}

export function addressInUse(): ApiError {
  return new ApiError('InvalidIPAddress.InUse', 'The specified address is already in use.');
}

function nameable(world: World, pool: AddressPool, address: string): bigint {
  return pool.nameable(address, world.settings.quirks.addressInPrefixReservation === 'allowed');
}

/** All or nothing: the ENI with the addresses and prefixes added, which the caller stores. */
export function assignAddresses(world: World, eni: Eni, request: Assignment): Eni {
  const { pool } = world.subnet(eni.subnetId);
  const wanted = [...new Set(request.addresses)].filter((address) => !eni.addresses.includes(address));
  if (wanted.length < request.addresses.length && world.settings.quirks.assignOwnAddress === 'refused') {
    throw moveNotAllowed(request.addresses);
  }
  for (const address of wanted) nameable(world, pool, address);
  refuseTaken(world, pool, wanted, request.allowReassignment);
  const slots = wanted.length + request.count + request.prefixes.length + request.prefixCount;
  refuseTooMany(world, eni, slots);
  if (slots === 0) return eni;
  for (const prefix of request.prefixes) {
    if (!pool.prefixIsFree(pool.prefix(prefix))) {
      throw new ApiError('InvalidIPAddress.InUse', `The specified prefix ${prefix} is already in use.`);
    }
  }

  const undo: (() => void)[] = [];
  try {
    const addresses = wanted.map((address) => {
      release(world, pool, address);
      pool.take(nameable(world, pool, address), eni.id);
      undo.push(() => pool.give(address));
      return address;
    });
    const prefixes = [...request.prefixes];
    for (const prefix of prefixes) {
      pool.takePrefix(prefix, eni.id);
      undo.push(() => pool.givePrefix(prefix));
    }
    for (let n = 0; n < request.count; n++) {
      const chosen = pool.chooseFree(world.random);
      pool.take(chosen, eni.id);
      addresses.push(formatAddress(chosen));
      undo.push(() => pool.give(formatAddress(chosen)));
    }
    for (let n = 0; n < request.prefixCount; n++) {
      const prefix = pool.chooseFreePrefix(world.random);
      pool.takePrefix(prefix, eni.id);
      prefixes.push(prefix);
      undo.push(() => pool.givePrefix(prefix));
    }
    return {
      ...eni,
      addresses: [...eni.addresses, ...addresses],
      prefixes: [...eni.prefixes, ...prefixes],
    };
  } catch (error) {
    for (const step of undo) step();
    throw error;
  }
}

/** A secondary address may move to another ENI if the call allows it; a primary or a prefix never. */
function refuseTaken(world: World, pool: AddressPool, addresses: readonly string[], allowed: boolean): void {
  const stuck = addresses.filter((address) => {
    const owner = pool.ownerOf(address);
    return owner !== undefined && !(allowed && isSecondary(world.store.findEni(owner), address));
  });
  if (stuck.length > 0) throw moveNotAllowed(stuck);
}

function isSecondary(eni: Eni | undefined, address: string): boolean {
  return eni !== undefined && !eni.hidden && !eni.requesterManaged && eni.addresses.indexOf(address) > 0;
}

function moveNotAllowed(addresses: readonly string[]): ApiError {
  return invalidParameter(`[${addresses.join(', ')}] assigned, but move is not allowed.`);
}

function release(world: World, pool: AddressPool, address: string): void {
  const owner = pool.ownerOf(address);
  if (owner === undefined) return;
  const eni = world.store.eni(owner);
  pool.give(address);
  world.store.setEni({ ...eni, addresses: eni.addresses.filter((each) => each !== address) });
}

function refuseTooMany(world: World, eni: Eni, more: number): void {
  const instance = eni.attachment && world.instances.get(eni.attachment.instanceId);
  const type = instance && instanceTypes.get(instance.type);
  const limit = type?.addressesPerInterface ?? unattachedLimit;
  if (more > 0 && eni.addresses.length + eni.prefixes.length + more > limit) {
    throw new ApiError('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.');
  }
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
  for (const address of addresses) pool.give(address);
  for (const prefix of prefixes) pool.givePrefix(prefix);
  return {
    ...eni,
    addresses: eni.addresses.filter((address) => !addresses.includes(address)),
    prefixes: eni.prefixes.filter((prefix) => !prefixes.includes(prefix)),
  };
}
