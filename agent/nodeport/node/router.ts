import { formatAddress, isIpv6, parseAddress, parseRange } from '../../claim/range.ts';
import { ipv6Router } from '../../host/node-port/layout.ts';

/**
 * The router of the subnet that holds the address: for IPv4 the address after the subnet's first. Undefined where no
 * CIDR holds the address.
 */
export function routerOf(address: string, cidrs: readonly string[]): string | undefined {
  const wanted = parseAddress(address);
  const subnet = cidrs.map(parseRange).find(({ first, last }) => first <= wanted && wanted <= last);
  if (subnet === undefined) {
    return undefined;
  }
  return isIpv6(address) ? ipv6Router : formatAddress(subnet.first + 1n);
}
