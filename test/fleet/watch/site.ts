import { isIpv6 } from '../../../agent/claim/range.ts';
import type { NodePortLink } from '../../../agent/nodeport/setup.ts';
import { tagKeys } from '../../../agent/plan/tags.ts';
import type { Eni } from '../../simulator/model/records.ts';
import type { World } from '../../simulator/model/world.ts';
import { Chance } from '../chance.ts';
import { Region } from '../region.ts';
import { vpcIpv6 } from '../scenario/network.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { WatchPlan } from './plan.ts';

const zone = 'us-east-1a';
const home = { id: 'subnet-00000000000000001', cidr: '10.0.240.0/22' };
/** The subnet of the addresses. */
export const netId = 'subnet-00000000000000002';
const net = { id: netId, cidr: '10.0.4.0/24', ipv6Cidr: '2600:1f18:47aa:bb04::/64' };

/** The Region of a world of watchers, without any node. */
export function buildSite(plan: WatchPlan, time: VirtualTime): Region {
  const chance = new Chance(plan.seed ^ 0xec2);
  const { latencyMs, slowShare, consistencyMs, imdsLagMs } = plan.ec2;
  const region = new Region({
    time,
    seed: plan.seed,
    consistencyMs,
    imdsLagMs,
    convergenceMs: [plan.network.convergenceMs, plan.network.convergenceMs],
    latency: () => latencyMs * (0.7 + 0.6 * chance.fraction()) * (chance.yes(slowShare) ? 10 : 1),
  });
  const vpc = region.world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: vpcIpv6 });
  const { ipv6Cidr, ...ipv4 } = net;
  region.world.addSubnet({ ...ipv4, ipv6Cidrs: [ipv6Cidr], vpcId: vpc.id, zone });
  region.world.addSubnet({ ...home, vpcId: vpc.id, zone });
  // Whoever was there before: nobody may touch them.
  region.world.addEni({ subnetId: net.id, address: '10.0.4.4', secondary: ['10.0.4.5', '10.0.4.6'] });
  region.world.addEni({ subnetId: home.id, secondaryCount: 2 });
  return region;
}

/** A node as EC2 has it: its instance, and the link that carries the addresses. */
export interface Place {
  instanceId: string;
  nodeAddress: string;
  link: NodePortLink;
}

/** @param ageMs since its launch */
export function launchNode({ world }: Region, plan: WatchPlan, ageMs: number): Place {
  const { id } = world.launch({
    type: 'm5.large',
    subnetId: plan.onPrimary ? net.id : home.id,
    ...(plan.onPrimary ? { address: nextAddress(world) } : {}),
  });
  world.instances.set(id, { ...world.instance(id), launchedAt: world.clock.now() - ageMs });
  const [primary] = world.store.attachedEnis(id);
  if (primary === undefined) {
    throw new Error(`${id} has no primary ENI`);
  }
  const eni = plan.onPrimary ? tagged(world, primary, plan) : multusEni(world, id, plan);
  return {
    instanceId: id,
    nodeAddress: primary.addresses[0] ?? '',
    link: {
      name: plan.onPrimary ? 'ens5' : 'eth1',
      mac: eni.mac,
      eniId: eni.id,
      subnetId: net.id,
      cidrs: [net.cidr, net.ipv6Cidr],
      isPrimary: plan.onPrimary,
      addresses: plan.addresses.map((address) => ({
        address,
        mode: 'Floating',
        probePort: plan.probePort,
      })),
    },
  };
}

/** Gives the address to the ENI, as it has always been. */
export function giveAddress(world: World, eniId: string, address: string): void {
  const eni = world.store.eni(eniId);
  const subnet = world.subnet(eni.subnetId);
  const pool = isIpv6(address) ? subnet.ipv6Pool : subnet.pool;
  pool.take(pool.nameable(address, true), eniId);
  const given = isIpv6(address)
    ? { ...eni, ipv6Addresses: [...eni.ipv6Addresses, address] }
    : { ...eni, addresses: [...eni.addresses, address] };
  world.store.setEni(given, Number.NEGATIVE_INFINITY);
}

/** The first that is free: far from the floating ones. */
function nextAddress(world: World): string {
  const { pool } = world.subnet(netId);
  const last = Array.from({ length: 180 }, (_, n) => n + 10).find(
    (n) => pool.ownerOf(`10.0.4.${n}`) === undefined,
  );
  return `10.0.4.${last}`;
}

/** Made by hand: it bears none of our tags, and is attached to nothing. */
export function strangersEni(world: World): Eni {
  return world.addEni({ subnetId: net.id, address: nextAddress(world) });
}

function multusEni(world: World, instanceId: string, plan: WatchPlan): Eni {
  const eni = world.addEni({ subnetId: net.id, address: nextAddress(world) });
  const attachment = {
    id: world.random.id('eni-attach'),
    instanceId,
    instanceOwnerId: world.settings.account,
    deviceIndex: 1,
    networkCard: 0,
    status: 'attached',
    deleteOnTermination: true,
    device: true,
    at: world.clock.now(),
  } as const;
  const tags = {
    [tagKeys.noManage]: 'true',
    [tagKeys.instanceId]: instanceId,
    [tagKeys.created]: 'true',
  };
  return tagged(world, { ...eni, attachment, tags }, plan);
}

function tagged(world: World, eni: Eni, { addresses, onPrimary }: WatchPlan): Eni {
  const tags = {
    ...eni.tags,
    [tagKeys.interface]: onPrimary ? 'primary' : 'eth1',
    [tagKeys.nodePort]: addresses.join(' '),
  };
  const changed = { ...eni, tags };
  world.store.setEni(changed, Number.NEGATIVE_INFINITY);
  return changed;
}
