import { AddressPool } from './address-pool.ts';
import { formatCidr, ipv4, ipv6, parseCidr } from './ip.ts';
import { subnetIpv6Range, subnetRange } from './layout.ts';
import type { Ipv6Cidr, Subnet, Tags, Vpc } from './records.ts';
import type { World } from './world.ts';

export interface SubnetRequest {
  id?: string;
  vpcId: string;
  /** The IPv4 CIDR; without it the subnet is IPv6-only. */
  cidr?: string;
  /** A CIDR alone is `associated`. */
  ipv6Cidrs?: readonly GivenIpv6Cidr[];
  assignIpv6OnCreation?: boolean;
  zone: string;
  tags?: Tags;
  /** An account id. */
  owner?: string;
}

type GivenIpv6Cidr = string | Pick<Ipv6Cidr, 'cidr' | 'state'>;

/** The record of a new subnet. Throws for one that EC2 could not have. */
export function newSubnet(world: World, vpc: Vpc, request: SubnetRequest): Subnet {
  const { cidr, zone, tags = {}, owner = world.settings.account } = request;
  const ipv6Cidrs = (request.ipv6Cidrs ?? []).map((each) => newIpv6Cidr(world, 'subnet', each));
  const assignIpv6OnCreation = request.assignIpv6OnCreation ?? cidr === undefined;
  refuseImpossible(cidr, ipv6Cidrs, assignIpv6OnCreation);
  const others = [...world.subnets.values()];
  const ipv6Ranges = ipv6Cidrs.map(({ cidr, state }) => {
    const isAssociated = state === 'associated';
    return { isAssociated, range: subnetIpv6Range(vpc, isAssociated ? others : [], cidr) };
  });
  return {
    id: world.newId('subnet', request.id),
    vpcId: vpc.id,
    cidr,
    ipv6Cidrs,
    assignIpv6OnCreation,
    zone,
    ownerId: owner,
    tags: owner === world.settings.account ? tags : {},
    pool: new AddressPool(ipv4, cidr === undefined ? [] : [subnetRange(vpc, others, cidr)]),
    ipv6Pool: new AddressPool(
      ipv6,
      ipv6Ranges.filter(({ isAssociated }) => isAssociated).map(({ range }) => range),
    ),
  };
}

/** An IPv6 CIDR with an association id of its own. */
export function newIpv6Cidr(world: World, kind: 'vpc' | 'subnet', given: GivenIpv6Cidr): Ipv6Cidr {
  const { cidr, state } = typeof given === 'string' ? { cidr: given, state: 'associated' as const } : given;
  const range = parseCidr(cidr, ipv6);
  if (range === undefined) {
    throw new Error(`not a CIDR: ${cidr}`);
  }
  return { associationId: world.random.id(`${kind}-cidr-assoc`), cidr: formatCidr(range, ipv6), state };
}

function refuseImpossible(
  cidr: string | undefined,
  ipv6Cidrs: readonly Ipv6Cidr[],
  assignIpv6OnCreation: boolean,
): void {
  if (cidr === undefined && ipv6Cidrs.length === 0) {
    throw new Error('a subnet needs an IPv4 CIDR or an IPv6 CIDR');
  }
  if (assignIpv6OnCreation && ipv6Cidrs.length === 0) {
    throw new Error('a subnet without IPv6 CIDR cannot assign IPv6 addresses on creation');
  }
  if (cidr === undefined && !assignIpv6OnCreation) {
    throw new Error('an IPv6-only subnet always assigns IPv6 addresses on creation');
  }
}
