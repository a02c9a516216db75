import { formatAddress, parseAddress, parseRange } from '../../claim/range.ts';

/** The router of the subnet that holds the address: its base + 1. Undefined where no CIDR holds the address. */
export function routerOf(address: string, cidrs: readonly string[]): string | undefined {
  const wanted = parseAddress(address);
  const subnet = cidrs.map(parseRange).find(({ first, last }) => first <= wanted && wanted <= last);
  return subnet && formatAddress(subnet.first + 1n);
}
