import type { Subnet } from '../../claim/facts.ts';
import { type Bounds, type IpVersion, versionOf } from '../../claim/free.ts';
import type { CreatedInterface, InterfaceConfig, NodePortConfig } from '../../config/model.ts';
import { hasTags } from '../../plan/tags.ts';

/** The workers' and the pods' part of a subnet, and its NodePort addresses. */
export type SubnetBounds = Readonly<Record<IpVersion, Bounds>>;

/**
 * What the interfaces that may use the subnet say of its parts, together. Only `FirstFree` is bound by them; an
 * interface without `within` may claim anywhere, so then no part is the workers' alone.
 */
export function boundsOf(
  { interfaces, nodePort }: { interfaces: readonly InterfaceConfig[]; nodePort: readonly NodePortConfig[] },
  subnet: Subnet,
): SubnetBounds {
  const users = interfaces.filter((each) => each.existing === undefined).filter((each) => uses(each, subnet));
  const moving = nodePort.flatMap(({ addresses }) => addresses);
  const of = (version: IpVersion) => ({
    ...union(users, version),
    nodePort: moving.filter((address) => versionOf(address) === version),
  });
  return { ipv4: of('ipv4'), ipv6: of('ipv6') };
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
