import { formatAddress, parseAddress } from '../../../agent/claim/range.ts';
import type { Random } from '../../simulator/model/random.ts';
import type { Subnet, Tags } from '../../simulator/model/records.ts';
import type { World } from '../../simulator/model/world.ts';

/** What a node group scales up in. */
export interface Surroundings {
  /** Over which the nodes are spread. */
  zones: number;
  /** Subnets that each interface has in each zone. */
  subnetsPerZone: number;
  /** The part of each subnet that pods hold, scattered. */
  podShare: number;
  /** How many Auto Scaling groups start nodes at once, in the same subnets; 0: nodes of no group. */
  groups: number;
  /** DescribeInstances shows an instance up to this much after its launch, in ms. */
  launchLagMs: number;
  /** The part of EC2's rate for each action that someone else of the account uses up. */
  othersShare: number;
  /** The part of the nodes that dies in the middle. */
  deathShare: number;
}

/** One empty subnet for each interface, one group, nobody else, no mishap. */
export const kindly: Surroundings = {
  zones: 1,
  subnetsPerZone: 1,
  podShare: 0,
  groups: 1,
  launchLagMs: 0,
  othersShare: 0,
  deathShare: 0,
};

/** ENIs that each node is to have, in subnets of their own. */
export const interfaces = 2;

/** The subnets of a fleet. */
export interface Site {
  securityGroup: string;
  /** In each, the subnets of the nodes' own ENIs, and for each interface those that are its own. */
  zones: readonly { home: Subnet; workers: readonly (readonly Subnet[])[] }[];
}

/** Addresses of a /20, less the five that EC2 keeps. */
const usable = 4_091;
/** [?] More than any instance type has, so that pods need few ENIs here. */
const podsPerEni = 50;

/** For each zone a subnet of the nodes' own addresses, and some for each of the interfaces. */
export function buildSite(
  world: World,
  { zones, subnetsPerZone, podShare }: Surroundings,
  random: Random,
): Site {
  const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
  const securityGroup = world.addSecurityGroup({ vpcId: vpc.id }).id;
  let next = 0;
  const subnetIn = (zone: string) =>
    world.addSubnet({ vpcId: vpc.id, cidr: `10.0.${16 * next++}.0/20`, zone });
  const site = Array.from({ length: zones }, (_, n) => {
    const zone = `us-east-1${'abcdef'.charAt(n)}`;
    const workers = Array.from({ length: interfaces }, () =>
      Array.from({ length: subnetsPerZone }, () => subnetIn(zone)),
    );
    return { home: subnetIn(zone), workers };
  });
  for (const { workers } of site) {
    for (const subnet of workers.flat()) {
      addPods(world, subnet, Math.floor(podShare * usable), random);
    }
  }
  return { securityGroup, zones: site };
}

/** EC2's own choices are scattered. */
function addPods(world: World, subnet: Subnet, count: number, random: Random): void {
  const hosts = Array.from({ length: usable }, (_, n) => n);
  for (let i = hosts.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [hosts[i], hosts[j]] = [hosts[j] ?? 0, hosts[i] ?? 0];
  }
  const first = firstHost(subnet);
  const addresses = hosts.slice(0, count).map((n) => formatAddress(first + BigInt(n)));
  for (let i = 0; i < addresses.length; i += podsPerEni) {
    const [address, ...secondary] = addresses.slice(i, i + podsPerEni);
    world.addEni({ subnetId: subnet.id, address, secondary });
  }
}

/** The first address of a subnet that EC2 does not keep for itself. */
export function firstHost({ cidr = '' }: Subnet): bigint {
  return parseAddress(cidr.replace(/\/.*/, '')) + 4n;
}

/** What an Auto Scaling group tags its nth instance with. */
export function groupTags({ groups }: Surroundings, n: number): Tags {
  return groups === 0 ? {} : { 'aws:autoscaling:groupName': `workers-${n % groups}` };
}
