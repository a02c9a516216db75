import { parseAddress } from '../../agent/claim/range.ts';
import { silentLog } from '../silent-log.ts';
import { Random } from '../simulator/model/random.ts';
import { nodeConfig } from '../unit/facts.ts';
import { FleetNode } from './node.ts';
import { Region } from './region.ts';
import { VirtualTime } from './virtual-time.ts';

export interface ScaleUp {
  nodes: number;
  /** Over how long they arrive, in ms. */
  arrivalMs: number;
  seed: number;
}

export interface ScaleUpResult {
  succeeded: number;
  enis: number;
  /** Those that EC2 carried out or refused, by action; throttled ones apart. */
  calls: Readonly<Record<string, number>>;
  throttled: Readonly<Record<string, number>>;
  /** How far above the densest packing the highest address is, over all subnets. */
  excess: number;
  /** From the first arrival to the last gate, in ms. */
  lastGateMs: number;
}

/** In ms, as the boot benchmark has them; a tenth more or less each time. */
export const latencies: Readonly<Record<string, number>> = {
  CreateNetworkInterface: 600,
  AttachNetworkInterface: 900,
  ModifyNetworkInterfaceAttribute: 200,
};
const describeMs = 250;

/** How long from the launch of an instance to the start of the agent, in ms. */
const bootMs = 12_000;

/** A node group scales up in an empty subnet for each of its two interfaces. */
export async function scaleUp({ nodes, arrivalMs, seed }: ScaleUp): Promise<ScaleUpResult> {
  const time = new VirtualTime();
  const random = new Random(seed);
  const fraction = () => random.next() / 2 ** 32;
  const region = new Region({
    time,
    seed,
    deviceMs: 1_500,
    attachMs: 2_000,
    consistencyMs: 500,
    eniQuota: 20_000,
    latency: (action) => (latencies[action] ?? describeMs) * (0.9 + fraction() / 5),
  });
  const { world } = region;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
  const group = world.addSecurityGroup({ vpcId: vpc.id }).id;
  const zone = 'us-east-1a';
  const home = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.128.0/18', zone });
  const subnets = ['10.0.0.0/18', '10.0.64.0/18'].map((cidr) =>
    world.addSubnet({ vpcId: vpc.id, cidr, zone }),
  );
  const config = nodeConfig(
    ...subnets.map(({ id }, n) => ({ name: `eth${n + 1}`, subnets: [id], securityGroups: [group] })),
  );
  const calls: Record<string, number> = {};
  const throttled: Record<string, number> = {};
  region.onCall = ({ call: { action }, code }) => {
    const count = code === 'RequestLimitExceeded' ? throttled : calls;
    count[action] = (count[action] ?? 0) + 1;
  };
  let succeeded = 0;
  let lastGateMs = 0;
  const boot = async () => {
    await time.sleep(fraction() * arrivalMs);
    const instance = world.launch({
      type: 'm5.xlarge',
      subnetId: home.id,
      tags: { 'aws:autoscaling:groupName': 'workers' },
    });
    await time.sleep(bootMs);
    const node = new FleetNode(region, {
      instanceId: instance.id,
      config,
      seed: random.next(),
      log: silentLog,
    });
    try {
      const { finished } = await node.run();
      succeeded += 1;
      lastGateMs = Math.max(lastGateMs, time.now() - bootMs);
      await finished;
    } catch (error) {
      failures.push(error);
    }
  };
  const failures: unknown[] = [];
  await time.run(Promise.all(Array.from({ length: nodes }, boot)));
  for (const failure of failures.slice(0, 3)) {
    process.stderr.write(`${failure}\n`);
  }
  const excess = subnets.map((subnet) => {
    const taken = world.enis
      .filter((eni) => eni.subnetId === subnet.id)
      .map((eni) => parseAddress(eni.addresses[0] ?? '0.0.0.0'));
    const first = parseAddress((subnet.cidr ?? '').replace(/\/.*/, '')) + 4n;
    const highest = taken.reduce((a, b) => (a > b ? a : b), first);
    return Number(highest - first) + 1 - taken.length;
  });
  return { succeeded, enis: 2 * nodes, calls, throttled, excess: Math.max(...excess), lastGateMs };
}
