import type { Eni } from '../claim/facts.ts';
import { intersect, parseRange, subtract } from '../claim/range.ts';
import type { AddressConfig, CreatedInterface } from '../config/model.ts';

/**
 * Whether an ENI is what this configuration would have created; only its addresses may be other allowed ones.
 *
 * @param subnetIds those that the configuration lists, by id or by tags
 */
export function fits(eni: Eni, config: CreatedInterface, subnetIds: readonly string[]): boolean {
  return (
    subnetIds.includes(eni.subnetId) &&
    eni.securityGroups.length === config.securityGroups.length &&
    config.securityGroups.every((group) => eni.securityGroups.includes(group)) &&
    // Only the primary IPv4 address is what a create claims; of IPv6 there is no first.
    hasAllowed(eni.addresses.slice(0, 1), config.ipv4) &&
    hasAllowed(eni.ipv6Addresses, config.ipv6)
  );
}

function hasAllowed(addresses: readonly string[], config: AddressConfig): boolean {
  switch (config.mode) {
    case 'None':
      return true;
    case 'Automatic':
      return addresses.some((address) => config.nodePort?.includes(address) !== true);
    case 'FirstFree':
      return addresses.some((address) => mayHold(address, config));
  }
}

function mayHold(text: string, { within, podRange, nodePort = [] }: AddressConfig): boolean {
  const address = [parseRange(text)];
  const isWithin = within.length === 0 || intersect(address, within.map(parseRange)).length > 0;
  return isWithin && subtract(address, [...podRange, ...nodePort].map(parseRange)).length > 0;
}
