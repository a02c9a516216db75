import { ApiError, invalidParameter } from './api-error.ts';
import { type InstanceType, instanceTypes } from './instance-types.ts';
import type { Eni, Instance } from './records.ts';
import type { World } from './world.ts';

/** Without an instance there is no type to bound an ENI: EC2's largest limit. */
export const largestCount = 50;

export function typeOf(instance: Instance): InstanceType {
  const type = instanceTypes.get(instance.type);
  if (type === undefined) {
    throw new Error(`not in the catalogue of instance types: ${instance.type}`);
  }
  return type;
}

/** Throws if the ENI, where it is attached, would have too many addresses and prefixes of a family with these. */
export function refuseTooMany(
  world: World,
  eni: Eni,
  limit: 'addressesPerInterface' | 'ipv6AddressesPerInterface',
  more: number,
): void {
  const instance = world.instances.get(eni.attachment?.instanceId ?? '');
  const most = instance === undefined ? largestCount : typeOf(instance)[limit];
  if (more > 0 && counts(eni)[limit] + more > most) {
    throw tooManyAddresses();
  }
}

/** Throws if the type cannot carry an ENI with so many addresses. */
export function refuseFullEni(eni: Eni, type: InstanceType): void {
  const { addressesPerInterface, ipv6AddressesPerInterface } = counts(eni);
  if (ipv6AddressesPerInterface > 0 && type.ipv6AddressesPerInterface === 0) {
    throw withoutIpv6(type);
  }
  if (
    addressesPerInterface > type.addressesPerInterface ||
    ipv6AddressesPerInterface > type.ipv6AddressesPerInterface
  ) {
    throw tooManyAddresses();
  }
}

/** [?] How EC2 says it is not known. */
export function withoutIpv6({ name }: InstanceType): ApiError {
  return invalidParameter(`IPv6 is not supported for the instance type '${name}'`);
}

function counts(eni: Eni) {
  return {
    addressesPerInterface: eni.addresses.length + eni.prefixes.length,
    ipv6AddressesPerInterface: eni.ipv6Addresses.length + eni.ipv6Prefixes.length,
  };
}

function tooManyAddresses(): ApiError {
  return new ApiError('PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.');
}
