import type { InterfaceConfig, NodeConfig, NodePortConfig } from '../../agent/config/model.ts';
import { exitCodeOf, messageOf } from '../../agent/failure.ts';
import type { Log } from '../../agent/report/log.ts';
import { silentLog } from '../silent-log.ts';
import { existingInterface, interfaceConfig, nodeConfig } from '../unit/facts.ts';
import { FleetNode } from './node.ts';
import { Region } from './region.ts';
import { VirtualTime } from './virtual-time.ts';

/** Longer than listings are behind, in ms. */
const calmMs = 60_000;

/** A Region with subnets for primary ENIs, for NodePort addresses (10.0.4.0/23), and without any (10.0.8.0/24). */
export class NodePortScene {
  readonly time = new VirtualTime();
  readonly region: Region;
  readonly home: string;
  readonly subnet: string;
  readonly other: string;
  readonly #group: string;
  /** Why the last run that failed did. */
  said = '';

  constructor(consistencyMs: number) {
    const { time } = this;
    this.region = new Region({
      time,
      seed: 3,
      consistencyMs,
      deviceMs: 1_500,
      attachMs: 1_000,
      latency: () => 250,
    });
    const { world } = this.region;
    const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
    this.#group = world.addSecurityGroup({ vpcId: vpc.id }).id;
    const subnet = (cidr: string) => world.addSubnet({ vpcId: vpc.id, cidr, zone: 'us-east-1a' }).id;
    this.home = subnet('10.0.0.0/22');
    this.subnet = subnet('10.0.4.0/23');
    this.other = subnet('10.0.8.0/24');
  }

  /** An ENI made beforehand, whose primary address is this one. */
  premade(address: string, subnetId = this.subnet): string {
    return this.region.world.addEni({ subnetId, address, tags: { multus: 'true' } }).id;
  }

  /** An interface whose ENI is created in the subnet of the addresses. */
  created(name: string): InterfaceConfig {
    return interfaceConfig({ name, subnets: [this.subnet], securityGroups: [this.#group] });
  }

  /** A node that has just been launched. */
  async launch(config: NodeConfig, type = 'm5.xlarge', log: Log = silentLog): Promise<FleetNode> {
    const { id } = this.region.world.launch({ type, subnetId: this.home });
    await this.time.sleep(8_000);
    return new FleetNode(this.region, { instanceId: id, config, seed: 1, log });
  }

  /** Its instance ends, and leaves ENIs that were made beforehand available. */
  async end({ instanceId }: FleetNode): Promise<void> {
    this.region.world.terminate(instanceId);
    await this.time.sleep(calmMs);
  }

  /** What a run of the agent ends with; then it is calm until the next. */
  async run(node: FleetNode, config = node.config): Promise<number> {
    node.config = config;
    const exitCode = await node
      .run()
      .then(({ finished }) => finished)
      .then(
        () => 0,
        (error: unknown) => {
          this.said = messageOf(error);
          return exitCodeOf(error);
        },
      );
    await this.time.sleep(calmMs);
    return exitCode;
  }

  /** The secondary addresses of the node's ENIs, with what their tag says that it carries, by interface. */
  held({ instanceId }: FleetNode): Record<string, string> {
    const enis = this.region.world.store.attachedEnis(instanceId);
    return Object.fromEntries(
      enis.map((eni) => [eni.tags['multus-bootstrap.io/interface'] ?? 'primary', inShort(eni)]),
    );
  }

  /** The same of any ENI. */
  holds(eniId: string): string {
    return inShort(this.region.world.store.eni(eniId));
  }
}

interface Holder {
  addresses: readonly string[];
  tags: Readonly<Record<string, string>>;
}

function inShort({ addresses, tags }: Holder): string {
  const carried = tags['multus-bootstrap.io/nodeport'];
  return [...addresses.slice(1).toSorted(), ...(carried === undefined ? [] : [`(${carried})`])].join(' ');
}

/** An interface whose ENI was made beforehand. */
export function existing(name: string, waitMs = 20_000): InterfaceConfig {
  return existingInterface({ name, existing: { tags: { multus: 'true' }, waitMs } });
}

/** An entry of `spec.nodePort`. */
export function entry(on: string, mode: NodePortConfig['mode'], ...addresses: string[]): NodePortConfig {
  return { interface: on, mode, addresses, probePort: undefined, primaryIsUnmanaged: on === 'primary' };
}

/** The configuration of a node with these interfaces and entries. */
export function configOf(interfaces: readonly InterfaceConfig[], nodePort: NodePortConfig[]): NodeConfig {
  const all = nodePort.flatMap(({ addresses }) => addresses);
  const withEntries = interfaces.map((each) => {
    const own = { nodePort: nodePort.filter((one) => one.interface === each.name) };
    return each.existing === undefined
      ? { ...each, ...own, ipv4: { ...each.ipv4, nodePort: all } }
      : { ...each, ...own };
  });
  return { ...nodeConfig(), interfaces: withEntries, nodePort };
}
