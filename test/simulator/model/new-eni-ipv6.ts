import { invalidParameter } from './api-error.ts';
import type { Ipv6Assignment } from './ipv6-addresses.ts';
import type { EniRequest } from './new-eni.ts';
import { type Eni, isIpv6Native, type Subnet } from './records.ts';
import type { World } from './world.ts';

/** What the request asks for, or the one address that the subnet gives to an ENI whose creator says nothing. */
export function ipv6Of(subnet: Subnet, request: EniRequest): Ipv6Assignment {
  const { ipv6Addresses = [], ipv6Prefixes = [], ipv6PrefixCount = 0 } = request;
  const silent = ipv6Addresses.length + ipv6Prefixes.length + ipv6PrefixCount === 0;
  return {
    addresses: ipv6Addresses,
    count: request.ipv6AddressCount ?? (silent && subnet.assignIpv6OnCreation ? 1 : 0),
    prefixes: ipv6Prefixes,
    prefixCount: ipv6PrefixCount,
  };
}

/** The new ENI with its primary IPv6 address, if one is wanted. Throws if it lacks what it needs. */
export function withPrimaryIpv6(world: World, subnet: Subnet, eni: Eni, wanted: boolean): Eni {
  const [first] = eni.ipv6Addresses;
  const bare = first === undefined && eni.ipv6Prefixes.length === 0;
  if (bare && isIpv6Native(subnet) && world.settings.quirks.ipv6OnlyWithoutAddress === 'refused') {
    throw invalidParameter(`A network interface in the IPv6-only subnet ${subnet.id} needs an IPv6 address`);
  }
  if (wanted && first === undefined) {
    throw invalidParameter('EnablePrimaryIpv6 needs an IPv6 address');
  }
  return wanted ? { ...eni, primaryIpv6: first } : eni;
}
