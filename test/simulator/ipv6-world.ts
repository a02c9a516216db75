import type { SimulatorOptions } from './simulator.ts';
import { smallWorld } from './small-world.ts';

/** The ids of a VPC with 10.6.0.0/16 and 2600:1f18:0:600::/56. */
export const ids6 = {
  vpc: 'vpc-00000006',
  /** 10.6.4.0/24 and 2600:1f18:0:604::/64 in us-east-1a. */
  dual: 'subnet-00000061',
  /** The same with 10.6.5.0/24 and 2600:1f18:0:605::/64, and each new ENI gets an IPv6 address. */
  assigning: 'subnet-00000062',
  /** 2600:1f18:0:606::/64 alone. */
  native: 'subnet-00000063',
} as const;

/** The small world, and a VPC with subnets of every kind that has IPv6. */
export async function ipv6World(test: Parameters<typeof smallWorld>[0], options: SimulatorOptions = {}) {
  const small = await smallWorld(test, options);
  const { world } = small.sim;
  const common = { vpcId: ids6.vpc, zone: 'us-east-1a' };
  world.addVpc({ id: ids6.vpc, cidr: '10.6.0.0/16', ipv6Cidr: '2600:1f18:0:600::/56' });
  world.addSubnet({ ...common, id: ids6.dual, cidr: '10.6.4.0/24', ipv6Cidrs: ['2600:1f18:0:604::/64'] });
  world.addSubnet({
    ...common,
    id: ids6.assigning,
    cidr: '10.6.5.0/24',
    ipv6Cidrs: ['2600:1f18:0:605::/64'],
    assignIpv6OnCreation: true,
  });
  world.addSubnet({ ...common, id: ids6.native, ipv6Cidrs: ['2600:1f18:0:606::/64'] });
  return small;
}
