import type { World } from '../../simulator/model/world.ts';

/** A /16 of its own VPC; the node's primary ENI is in it too. */
export const large = 'subnet-00000040';
export const largeGroup = 'sg-00000040';

/** Who holds the addresses: pods' nodes, 32 an ENI, or ENIs with one address each, the worst that a listing can be. */
export type Holders = 'pods' | 'ENIs';

/** Takes so many addresses of the large subnet, packed at its start. */
export function fill(world: World, holders: Holders, inUse: number): void {
  world.addVpc({ id: 'vpc-00000040', cidr: '10.64.0.0/16' });
  world.addSubnet({ id: large, vpcId: 'vpc-00000040', cidr: '10.64.0.0/16', zone: 'eu-west-1a' });
  world.addSecurityGroup({ id: largeGroup, vpcId: 'vpc-00000040' });
  for (let taken = 0; taken < inUse; ) {
    const first = firstHost + taken;
    const left = inUse - taken;
    if (holders === 'ENIs' || left < perEni || first % perEni !== 0) {
      world.addEni({ subnetId: large, address: nth(first) });
      taken += 1;
    } else {
      // As the VPC CNI has them: a primary address, 15 for pods, and a prefix of 16 more, which begins at a multiple of 16.
      const secondary = Array.from({ length: 15 }, (_, i) => nth(first + 1 + i));
      world.addEni({
        subnetId: large,
        address: nth(first),
        secondary,
        prefixes: [`${nth(first + 16)}/28`],
      });
      taken += perEni;
    }
  }
}

/** The first that EC2 does not keep for itself. */
const firstHost = 4;
const perEni = 32;

function nth(n: number): string {
  return `10.64.${Math.floor(n / 256)}.${n % 256}`;
}
