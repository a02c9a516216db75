import { ApiError } from '../simulator/model/api-error.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { Chance } from './chance.ts';
import { Region } from './region.ts';
import { securityGroup } from './scenario/groups.ts';
import type { Scenario, SubnetPlan } from './scenario/model.ts';
import { bounds, toAddress, vpcIpv6 } from './scenario/network.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The Region before the first node arrives. */
export interface Scenery {
  region: Region;
  /** In each zone, the subnet of the primary ENIs. */
  homes: ReadonlyMap<string, string>;
  /** Whoever was there before, and is to stay as it was. */
  neighbours: readonly Eni[];
}

const factors: Readonly<Record<string, number>> = {
  CreateNetworkInterface: 2.5,
  AttachNetworkInterface: 3.5,
};

/** The agent's transport gives a request up after 15 s. */
const longestMs = 14_000;

export function buildScenery(scenario: Scenario, time: VirtualTime): Scenery {
  const { settings, quirks, throttles, launchLagMs, latency, seed } = scenario;
  const chance = new Chance(scenario.weather.seed);
  const region = new Region({
    time,
    seed,
    ...settings,
    quirks,
    throttles,
    launchLagMs: (id) => (Number.parseInt(id.slice(-4), 16) / 2 ** 16) * launchLagMs,
    latency: (action) => {
      const usual = latency.baseMs * (factors[action] ?? 1);
      const slow = chance.yes(latency.slowShare) ? 10 : 1;
      return Math.min(longestMs, usual * slow * (1 + latency.jitter * (2 * chance.fraction() - 1)));
    },
  });
  const { world } = region;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: vpcIpv6 });
  world.addSecurityGroup({ id: securityGroup, vpcId: vpc.id });
  const zones = [...new Set(scenario.subnets.map(({ zone }) => zone))];
  const homes = new Map(
    zones.map((zone, n) => [
      zone,
      world.addSubnet({ vpcId: vpc.id, cidr: `10.0.${240 + 4 * n}.0/22`, zone }).id,
    ]),
  );
  for (const plan of scenario.subnets) {
    addSubnet(world, vpc.id, plan);
  }
  const neighbours = world.enis;
  for (const { subnetId, count, tags } of scenario.enis) {
    for (let n = 0; n < count; n += 1) {
      unlessFull(() => world.addEni({ subnetId, tags, securityGroups: [securityGroup] }));
    }
  }
  return { region, homes, neighbours };
}

function addSubnet(world: World, vpcId: string, plan: SubnetPlan): void {
  const { id, zone, cidr, ipv6Cidr, assignsIpv6, tags } = plan;
  world.addSubnet({
    id,
    vpcId,
    zone,
    tags,
    assignIpv6OnCreation: assignsIpv6,
    ...(cidr === undefined ? {} : { cidr }),
    ...(ipv6Cidr === undefined ? {} : { ipv6Cidrs: [ipv6Cidr] }),
  });
  for (const reservation of plan.reservations) {
    world.addReservation({ subnetId: id, ...reservation });
  }
  if (cidr !== undefined) {
    occupy(world, plan, cidr);
  }
}

function occupy(world: World, { id, occupants, seed }: SubnetPlan, cidr: string): void {
  const chance = new Chance(seed);
  const { first, last } = bounds(cidr);
  const hosts = last - first - 4;
  const add = (address: number, more: { hidden?: boolean; requesterManaged?: boolean } = {}) =>
    unlessFull(() =>
      world.addEni({ subnetId: id, address: toAddress(address), ipv6AddressCount: 0, ...more }),
    );
  const anywhere = () => first + 4 + chance.between(0, hosts - 1);
  for (let n = 0; n < occupants.prefixes; n += 1) {
    unlessFull(() => world.addEni({ subnetId: id, prefixCount: 1, ipv6AddressCount: 0 }));
  }
  for (let n = 0, address = first + 4; n < occupants.low && address < last; n += 1) {
    // With a gap now and then, which is the first free address.
    address += chance.yes(0.15) ? 2 : 1;
    add(Math.min(address, last - 1));
  }
  for (let n = 0; n < occupants.anywhere; n += 1) {
    add(anywhere());
  }
  for (let n = 0; n < occupants.hidden; n += 1) {
    add(first + 4 + chance.between(0, Math.min(12, hosts - 1)), { hidden: true });
  }
  for (let n = 0; n < occupants.services; n += 1) {
    add(anywhere(), { requesterManaged: true });
  }
}

/** What EC2 refuses is not there. */
export function unlessFull<T>(add: () => T): T | undefined {
  try {
    return add();
  } catch (error) {
    if (error instanceof ApiError) {
      return undefined;
    }
    throw error;
  }
}
