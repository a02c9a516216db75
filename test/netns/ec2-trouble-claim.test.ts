/** Which subnet and which address are claimed, where others stand in the way. */
import t from 'tap';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { always, errorsOf, eth1, failsCleanly, nodeFor, order, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const full = {
  code: 'InsufficientFreeAddressesInSubnet',
  message: 'The specified subnet does not have enough free addresses to satisfy the request.',
};

function fullAtTheClaim(node: TestNode, subnetId: string): void {
  const match = (params: object) => Reflect.get(params, 'SubnetId') === subnetId;
  node.simulator.faults.add({
    action: 'CreateNetworkInterface',
    times: always,
    match,
    kind: { error: full },
  });
}

/** ENIs at the addresses from `first` to `last` of 10.0.4.0/24. */
function neighbours(world: World, first: number, last: number, hidden: boolean): void {
  for (let n = first; n <= last; n++) {
    world.addEni({ subnetId: subnets.a, address: `10.0.4.${n}`, hidden });
  }
}

t.test('a reservation that covers the start', async (t) => {
  for (const type of ['explicit', 'prefix'] as const) {
    await t.test(type, async (t) => {
      const node = await nodeFor(t, {
        userData: eth1(),
        world: (world) => void world.addReservation({ subnetId: subnets.a, cidr: '10.0.4.0/26', type }),
      });
      t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.4.64' }]);
    });
  }
});

t.test('a delegated prefix at the start, and an address of an AWS service after it', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1({ ipv4: { within: ['10.0.4.16-10.0.4.63'] } }),
    world(world) {
      world.addEni({ subnetId: subnets.a, address: '10.0.4.200', prefixes: ['10.0.4.16/28'] });
      world.addEni({ subnetId: subnets.a, address: '10.0.4.32', requesterManaged: true });
    },
  });
  t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.4.33' }]);
});

t.test('more than 1,000 ENIs, of which the second page shows those at the start', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1({ subnets: ['subnet-00000020'] }),
    world(world) {
      world.addSubnet({
        id: 'subnet-00000020',
        vpcId: 'vpc-00000001',
        cidr: '10.0.16.0/20',
        zone: 'eu-west-1a',
      });
      for (let n = 1500; n >= 4; n--) {
        if (n !== 1100) {
          world.addEni({
            subnetId: 'subnet-00000020',
            address: `10.0.${16 + Math.floor(n / 256)}.${n % 256}`,
          });
        }
      }
    },
  });
  t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.20.76' }], 'the only hole');
  t.equal(node.simulator.record.writes('CreateNetworkInterface').length, 1, 'at the first try');
});

t.test('200 neighbours that no listing shows', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1({}, '30s'),
    world: (world) => neighbours(world, 4, 203, true),
  });
  const { interfaces } = await succeeds(t, node);
  t.match(interfaces[0]?.address, /^10\.0\.4\.2\d\d$/);
  const tried = node.simulator.record
    .writes('CreateNetworkInterface')
    .map(({ params }) => params['PrivateIpAddress']);
  t.equal(tried[0], '10.0.4.4', 'the first try is the first address that looks free');
  t.equal(new Set(tried).size, tried.length, 'none is tried twice');
});

t.test('neighbours that no listing shows, and nobody else', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1({ ipv4: { within: ['10.0.4.32-10.0.4.40'] } }),
    world: (world) => neighbours(world, 32, 40, true),
  });
  await failsCleanly(t, node, {
    exitCode: 5,
    message: [subnets.a, 'EC2 refused 9', 'no listing shows', 'widen ipv4.within', 'zone eu-west-1a'],
  });
  t.equal(errorsOf(node, 'CreateNetworkInterface').length, 9);
});

t.test('of several subnets, the one with most free addresses', async (t) => {
  const rows: [string, object, string][] = [
    ['in the whole subnet', {}, subnets.b],
    ['inside `within`', { ipv4: { within: ['10.0.4.0/24', '10.0.5.0/27'] } }, subnets.a],
    ['as EC2 counts', { ipv4: { mode: 'Automatic' } }, subnets.b],
  ];
  for (const [what, spec, chosen] of rows) {
    await t.test(what, async (t) => {
      const node = await nodeFor(t, {
        userData: eth1({ subnets: [subnets.elsewhere, subnets.a, subnets.b], ...spec }),
        world: (world) => neighbours(world, 4, 60, false),
      });
      t.match((await succeeds(t, node)).interfaces, [{ subnetId: chosen }]);
    });
  }
});

t.test('a subnet that is full by the time of the claim: the next', async (t) => {
  for (const mode of ['FirstFree', 'Automatic']) {
    await t.test(mode, async (t) => {
      const node = await nodeFor(t, { userData: eth1({ subnets: [subnets.a, subnets.b], ipv4: { mode } }) });
      fullAtTheClaim(node, subnets.a);
      t.match((await succeeds(t, node)).interfaces, [{ subnetId: subnets.b }]);
    });
  }
});

t.test('all subnets full by the time of the claim', async (t) => {
  const node = await nodeFor(t, { userData: eth1({ subnets: [subnets.a, subnets.b] }) });
  fullAtTheClaim(node, subnets.a);
  fullAtTheClaim(node, subnets.b);
  await failsCleanly(t, node, {
    exitCode: 5,
    message: [
      `${subnets.a} is full (${full.code})`,
      `${subnets.b} is full`,
      'add a subnet of zone eu-west-1a',
    ],
  });
});

const unusable = {
  code: 'InvalidParameterValue',
  message: "Address does not fall within the subnet's address range",
};

t.test('addresses that EC2 refuses by their nature', async (t) => {
  await t.test('seven: the eighth', async (t) => {
    const node = await nodeFor(t, { userData: eth1() });
    order(node, 'CreateNetworkInterface', unusable, 7);
    t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.4.11' }]);
  });

  await t.test('all of a subnet: after eight the next subnet', async (t) => {
    const node = await nodeFor(t, { userData: eth1({ subnets: [subnets.a, subnets.b] }) });
    node.simulator.faults.add({
      action: 'CreateNetworkInterface',
      match: ({ SubnetId }) => SubnetId === subnets.a,
      times: always,
      kind: { error: unusable },
    });
    t.match((await succeeds(t, node)).interfaces, [{ subnetId: subnets.b, address: '10.0.5.4' }]);
    t.equal(errorsOf(node, 'CreateNetworkInterface').length, 8);
  });

  await t.test('all of the only subnet', async (t) => {
    const node = await nodeFor(t, { userData: eth1() });
    order(node, 'CreateNetworkInterface', unusable, always);
    await failsCleanly(t, node, {
      exitCode: 5,
      message: [
        'eth1: no address could be claimed: ',
        `${subnets.a} refused 8 addresses in a row, as none that it gives out`,
        `the last time with InvalidParameterValue: ${unusable.message}`,
        "see the subnet's CIDRs and reservations",
      ],
    });
    t.equal(errorsOf(node, 'CreateNetworkInterface').length, 8);
  });
});
