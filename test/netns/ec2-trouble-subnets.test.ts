/** Subnets and types that cannot carry what the configuration wants: all seen before the first write. */
import t from 'tap';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets } from './simulated-node.ts';
import { eth1, failsCleanly, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const vpcId = 'vpc-00000001';
/** 11 addresses to be had. */
const small = { id: 'subnet-00000028', vpcId, cidr: '10.0.7.0/28', zone: 'eu-west-1a' };

function withSmall(held: number): (world: World) => void {
  return (world) => {
    world.addSubnet(small);
    for (let n = 0; n < held; n++) {
      world.addEni({ subnetId: small.id });
    }
  };
}

t.test('what cannot be is refused before the first write', async (t) => {
  const rows: {
    what: string;
    spec: object;
    world?: (world: World) => void;
    exitCode: number;
    message: string[];
  }[] = [
    {
      what: 'a subnet that does not exist',
      spec: eth1({ subnets: [subnets.a, 'subnet-0000dead'] }),
      exitCode: 3,
      message: ['eth1', 'subnet-0000dead', 'eu-west-1', 'correct interfaces[].subnets'],
    },
    {
      what: 'a subnet in no zone of ours',
      spec: eth1({ subnets: [subnets.elsewhere] }),
      exitCode: 3,
      message: [`${subnets.elsewhere} is in eu-west-1b`, 'zone eu-west-1a', 'Add a subnet of eu-west-1a'],
    },
    {
      what: 'a subnet of another VPC',
      spec: eth1({ subnets: ['subnet-000000f0'] }),
      world: (world) => {
        world.addVpc({ id: 'vpc-00000002', cidr: '10.1.0.0/16' });
        world.addSubnet({
          id: 'subnet-000000f0',
          vpcId: 'vpc-00000002',
          cidr: '10.1.0.0/24',
          zone: 'eu-west-1a',
        });
      },
      exitCode: 3,
      message: ['subnet-000000f0', 'vpc-00000002', "the node's own VPC"],
    },
    {
      what: 'a full subnet',
      spec: eth1({ subnets: [small.id] }),
      world: withSmall(11),
      exitCode: 5,
      message: [
        'of the 16 addresses of subnet-00000028 (10.0.7.0/28) 11 are held by ENIs',
        "5 are EC2's own",
        'widen',
      ],
    },
    {
      what: 'a full subnet, EC2 to choose',
      spec: eth1({ subnets: [small.id], ipv4: { mode: 'Automatic' } }),
      world: withSmall(11),
      exitCode: 5,
      message: [small.id, 'no available address'],
    },
    {
      what: 'all candidates inside a delegated prefix',
      spec: eth1({ ipv4: { within: ['10.0.4.16/28'] } }),
      world: (world) =>
        void world.addEni({ subnetId: subnets.a, address: '10.0.4.200', prefixes: ['10.0.4.16/28'] }),
      exitCode: 5,
      message: [
        'of the 16 addresses',
        'within 10.0.4.16/28 16 are held by ENIs (delegated prefixes included)',
      ],
    },
    {
      what: 'all candidates inside a reservation',
      spec: eth1({ ipv4: { within: ['10.0.4.16/29'] } }),
      world: (world) =>
        void world.addReservation({ subnetId: subnets.a, cidr: '10.0.4.16/28', type: 'explicit' }),
      exitCode: 5,
      message: ['within 10.0.4.16/29 8 are in CIDR reservations'],
    },
    {
      what: 'a subnet with room for one of two interfaces',
      spec: {
        interfaces: ['eth1', 'eth2'].map((name) => ({ name, subnets: [small.id], securityGroups: [group] })),
      },
      world: withSmall(10),
      exitCode: 5,
      message: ['eth2', '10 are held by ENIs', "1 are for this node's other interfaces"],
    },
    {
      what: 'trouble with several interfaces: the code of the first, the messages of all',
      spec: {
        interfaces: [
          { name: 'eth1', subnets: [small.id], securityGroups: [group] },
          { name: 'eth2', subnets: [subnets.elsewhere], securityGroups: [group] },
          { name: 'ens5', subnets: [subnets.a], securityGroups: [group] },
        ],
      },
      world: withSmall(11),
      exitCode: 5,
      message: [
        'eth1: no free address',
        '\neth2: none of its subnets',
        '\nens5: this node has a link of that name already (the primary ENI)',
      ],
    },
    {
      what: 'more interfaces than the type allows',
      spec: {
        interfaces: [1, 2, 3, 4].map((n) => ({
          name: `eth${n}`,
          subnets: [subnets.a],
          securityGroups: [group],
        })),
      },
      exitCode: 6,
      message: ['m5.xlarge carries 4 ENIs, has 1', '4 more', 'larger instance type'],
    },
    {
      what: 'a network card that the type does not have',
      spec: eth1({ networkCard: 1 }),
      exitCode: 6,
      message: ['m5.xlarge has no network card 1, only 0', 'Correct networkCard'],
    },
  ];
  for (const { what, spec, world, exitCode, message } of rows) {
    await t.test(what, async (t) => {
      const node = await nodeFor(t, { userData: spec, ...(world === undefined ? {} : { world }) });
      await failsCleanly(t, node, { exitCode, message });
      t.same(node.simulator.record.writes(), [], 'no write');
    });
  }
});
