import { tagKeys } from '../../../agent/plan/tags.ts';
import { monotonicNow } from '../../bench/measured.ts';
import { attachEni } from '../../simulator/model/attachments.ts';
import { type SimulatedNode, type Simulator, startSimulator } from '../../simulator/simulator.ts';
import type { BenchEni, Fabric } from '../bench/fabric.ts';
import { type BenchNode, subnets } from '../bench/node.ts';
import { endpoints } from './cuts.ts';

/** From this time on the fabric delivers the address's packets there; undefined: to nobody. */
export interface Turn {
  at: number;
  eniId: string | undefined;
}

/** EC2's side of the nodes of the fabric. */
export interface Vpc {
  simulator: Simulator;
  subnetId: string;
  turns: readonly Turn[];
  /** An instance for the node, with its ENI at eth1; holding the address from the start or not. */
  launch(node: BenchNode, isHolder: boolean): Promise<{ instance: SimulatedNode; eniId: string }>;
}

const write = [100, 300] as const;

/** In ms. Listings are half a second behind EC2's record, IMDS a second. */
export const pace = {
  latencies: {
    '*': [50, 150],
    AssignPrivateIpAddresses: write,
    UnassignPrivateIpAddresses: write,
    AssignIpv6Addresses: write,
    UnassignIpv6Addresses: write,
  },
  consistencyMs: 500,
  imdsAddressesMs: 1000,
  convergenceMs: [800, 1600],
  shuttingDownMs: 3000,
} as const;

interface VpcOptions {
  seed: number;
  /** The VPC stops delivering at once what is taken off an ENI. */
  dropsAtOnce: boolean;
}

/** A simulated EC2 whose data path the fabric follows, for one floating address. */
export async function createVpc(
  fabric: Fabric,
  address: string,
  { seed, dropsAtOnce }: VpcOptions,
): Promise<Vpc> {
  const turns: Turn[] = [];
  const links = new Map<string, BenchEni>();
  let following = Promise.resolve();
  let current: BenchEni | undefined;

  async function deliver(eniId: string | undefined): Promise<void> {
    const next = links.get(eniId ?? '');
    // A link that is down has no routes, and can be given none: whoever it is delivered to does not get it.
    if (current !== undefined && current !== next) {
      await fabric.unassign(current, address).catch(() => undefined);
    }
    if (next !== undefined) {
      await fabric.assign(next, address).catch(() => undefined);
    }
    current = next;
    turns.push({ at: monotonicNow(), eniId });
  }

  const simulator = await startSimulator({
    ...pace,
    seed,
    quirks: { unassigned: dropsAtOnce ? 'atOnce' : 'later' },
    host: endpoints.ec2,
    hooks: {
      rerouted: ({ address: which }, eniId) => {
        if (which === address) {
          following = following.then(() => deliver(eniId));
        }
        return following;
      },
    },
  });
  const { world } = simulator;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: '2600:1f18:1::/56' });
  const [primary, multus] = [subnets.primary, subnets.multus].map(({ cidrs: [cidr, ipv6Cidr] }) =>
    world.addSubnet({ vpcId: vpc.id, zone: 'us-east-1a', cidr, ipv6Cidrs: [ipv6Cidr] }),
  );
  const subnetId = multus?.id ?? '';
  return {
    simulator,
    subnetId,
    turns,
    async launch(node, isHolder) {
      const instance = await simulator.launch({
        type: 'm5.xlarge',
        subnetId: primary?.id ?? '',
        address: node.address,
        imds: { host: endpoints.imds },
      });
      const { instanceId } = instance;
      const always = Number.NEGATIVE_INFINITY;
      world.store.setEni({ ...instance.primaryEni, mac: node.primary.mac }, always);
      const eni = world.addEni({
        subnetId,
        address: node.address.replace('10.0.1.', '10.0.4.'),
        ...(isHolder && (address.includes(':') ? { ipv6Addresses: [address] } : { secondary: [address] })),
        tags: {
          [tagKeys.created]: 'true',
          [tagKeys.instanceId]: instanceId,
          [tagKeys.interface]: node.eth1.name,
          [tagKeys.nodePort]: address,
        },
      });
      links.set(eni.id, node.eth1);
      world.store.setEni({ ...eni, mac: node.eth1.mac }, always);
      attachEni(world, { eniId: eni.id, instanceId, deviceIndex: 1, networkCard: 0 });
      const { attachment, ...attached } = world.store.eni(eni.id);
      if (attachment !== undefined) {
        world.store.setEni({ ...attached, attachment: { ...attachment, deleteOnTermination: true } });
      }
      if (isHolder) {
        await deliver(eni.id);
      }
      return { instance, eniId: eni.id };
    },
  };
}
