/** A group of nodes boots at once: each has a NodePort address of its own, one of them those that move. */
import t from 'tap';
import type { NodePortConfig } from '../../agent/config/model.ts';
import { silentLog } from '../silent-log.ts';
import { nodeConfig } from '../unit/facts.ts';
import { FleetNode } from './node.ts';
import { Region } from './region.ts';
import { VirtualTime } from './virtual-time.ts';

const perNode = Array.from({ length: 220 }, (_, n) => `10.0.5.${n + 10}`);
const floating = ['10.0.5.240', '10.0.5.241'];

/** So many nodes, launched `apartMs` after each other; what each has of the addresses, and what was asked for. */
async function boot(nodes: number, apartMs: number, consistencyMs: number) {
  const time = new VirtualTime();
  const region = new Region({
    time,
    seed: 3,
    consistencyMs,
    deviceMs: 1_500,
    attachMs: 1_000,
    latency: () => 250,
  });
  const { world } = region;
  const vpc = world.addVpc({ cidr: '10.0.0.0/16' });
  const group = world.addSecurityGroup({ vpcId: vpc.id }).id;
  const zone = 'us-east-1a';
  const home = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.0.0/22', zone });
  const subnet = world.addSubnet({ vpcId: vpc.id, cidr: '10.0.4.0/23', zone });
  const common = { interface: 'eth1', probePort: undefined, primaryIsUnmanaged: false };
  const nodePort: NodePortConfig[] = [
    { ...common, addresses: perNode, mode: 'PerNode' },
    { ...common, addresses: floating, mode: 'Floating' },
  ];
  const within = ['10.0.4.4-10.0.5.5'];
  const config = {
    ...nodeConfig({
      subnets: [subnet.id],
      securityGroups: [group],
      ipv4: { mode: 'FirstFree', within, podRange: [], nodePort: [...perNode, ...floating] },
      nodePort,
    }),
    nodePort,
  };
  const calls = new Map<string, number>();
  region.onCall = ({ call, code }) => {
    const kind = code === undefined ? call.action : `${call.action} ${code}`;
    calls.set(kind, (calls.get(kind) ?? 0) + 1);
  };
  const boots = Array.from({ length: nodes }, async (_, n) => {
    await time.sleep(1 + n * apartMs);
    const { id } = world.launch({
      type: 'm5.xlarge',
      subnetId: home.id,
      tags: { 'aws:autoscaling:groupName': 'workers' },
    });
    await time.sleep(8_000);
    const node = new FleetNode(region, { instanceId: id, config, seed: n, log: silentLog });
    const { finished } = await node.run();
    await finished;
    return node;
  });
  const ready = await time.run(Promise.all(boots));
  const held = ready.map(({ instanceId }) =>
    world.store
      .attachedEnis(instanceId)
      .flatMap(({ addresses }) => addresses.slice(1))
      .sort(),
  );
  const carried = ready.map(({ machine }) =>
    machine.nodePort.links.flatMap(({ addresses }) => addresses.map(({ address }) => address)),
  );
  return { held, carried, calls };
}

for (const [nodes, apartMs, consistencyMs] of [
  [20, 0, 0],
  [20, 0, 3_000],
  [20, 700, 3_000],
  [60, 0, 2_000],
] as const) {
  t.test(`${nodes} nodes, ${apartMs} ms apart, listings ${consistencyMs} ms behind`, async (t) => {
    const { held, carried, calls } = await boot(nodes, apartMs, consistencyMs);
    const own = held.map((addresses) => addresses.filter((each) => perNode.includes(each)));
    t.ok(
      own.every((addresses) => addresses.length === 1),
      'each has one',
    );
    t.equal(new Set(own.flat()).size, nodes, 'and no two the same');
    t.strictSame(
      held
        .flat()
        .filter((each) => floating.includes(each))
        .sort(),
      floating,
      'one holder of each that moves',
    );
    t.ok(
      carried.every((addresses, n) =>
        [...floating, ...(own[n] ?? [])].every((each) => addresses.includes(each)),
      ),
      'each carries its own, and all that move',
    );
    const inVain = calls.get('AssignPrivateIpAddresses InvalidParameterValue') ?? 0;
    t.ok(inVain <= nodes / 10, `${inVain} assigns in vain`);
    t.comment([...calls].filter(([kind]) => kind.startsWith('Assign')));
  });
}
