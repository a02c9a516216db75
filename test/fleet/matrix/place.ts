import type { Subnet } from '../../simulator/model/records.ts';
import type { World } from '../../simulator/model/world.ts';
import { Region } from '../region.ts';
import type { VirtualTime } from '../virtual-time.ts';

/** Where the node is, and what is there before it. */
export interface Place {
  world: World;
  group: string;
  a: Subnet;
  b: Subnet;
}

/** In ms; those of the calls are there and back. */
const latencies: Readonly<Record<string, number>> = {
  CreateNetworkInterface: 600,
  AttachNetworkInterface: 900,
  ModifyNetworkInterfaceAttribute: 200,
};
const otherMs = 250;

export const instanceId = 'i-0123456789abcdef0';

/** A Region with the instance, and two subnets for its interfaces. */
export function newPlace(time: VirtualTime, consistencyMs: number): { region: Region; place: Place } {
  const region = new Region({
    time,
    seed: 1,
    consistencyMs,
    deviceMs: 1_500,
    attachMs: 2_000,
    detachMs: 1_500,
    latency: (action) => latencies[action] ?? otherMs,
  });
  const { world } = region;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: '2001:db8:0:100::/56' });
  const group = world.addSecurityGroup({ vpcId: vpc.id }).id;
  const subnet = (n: number) =>
    world.addSubnet({
      vpcId: vpc.id,
      cidr: `10.0.${n}.0/24`,
      ipv6Cidrs: [`2001:db8:0:10${n}::/64`],
      zone: 'us-east-1a',
    });
  const [home, a, b] = [subnet(1), subnet(4), subnet(5)];
  // The first free address is not the first.
  world.addEni({ subnetId: a.id, address: '10.0.4.4', tags: { Name: 'neighbour' } });
  world.launch({ id: instanceId, type: 'm5.xlarge', subnetId: home.id });
  return { region, place: { world, group, a, b } };
}
