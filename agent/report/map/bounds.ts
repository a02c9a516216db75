import type { Subnet } from '../../claim/facts.ts';
import type { Bounds, IpVersion } from '../../claim/free.ts';
import type { CreatedInterface, InterfaceConfig } from '../../config/model.ts';
import { hasTags } from '../../plan/tags.ts';

/** The workers' and the pods' part of a subnet. */
export type SubnetBounds = Readonly<Record<IpVersion, Bounds>>;

/**
 * What the interfaces that may use the subnet say of its parts, together. Only `FirstFree` is bound by them; an
 * interface without `within` may claim anywhere, so then no part is the workers' alone.
 */
export function boundsOf(interfaces: readonly InterfaceConfig[], subnet: Subnet): SubnetBounds {
  const users = interfaces.filter((each) => each.existing === undefined).filter((each) => uses(each, subnet));
  return { ipv4: union(users, 'ipv4'), ipv6: union(users, 'ipv6') };
}

function uses({ subnets, subnetTags }: CreatedInterface, subnet: Subnet): boolean {
  return subnets.includes(subnet.id) || (subnetTags !== undefined && hasTags(subnet, subnetTags));
}

function union(users: readonly CreatedInterface[], version: IpVersion): Bounds {
  const bound = users.map((each) => each[version]).filter(({ mode }) => mode === 'FirstFree');
  const anywhere = bound.some(({ within }) => within.length === 0);
  return {
    within: anywhere ? [] : bound.flatMap(({ within }) => within),
    podRange: bound.flatMap(({ podRange }) => podRange),
  };
}
