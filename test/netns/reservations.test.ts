/** CIDR reservations: first-free claims stay out of them, but for those made for the workers; EC2's choice does by itself. */
import t from 'tap';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets } from './simulated-node.ts';
import { errorsOf, eth1, failsCleanly, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

type Reserved = readonly ['explicit' | 'prefix', string];

function reserve(world: World, reservations: readonly Reserved[]): void {
  for (const [type, cidr] of reservations) {
    world.addReservation({ subnetId: subnets.a, type, cidr });
  }
}

const rows: { what: string; reservations: readonly Reserved[]; within?: string[]; address: string }[] = [
  {
    what: 'several, one behind the other',
    reservations: [
      ['explicit', '10.0.4.0/28'],
      ['prefix', '10.0.4.16/28'],
      ['explicit', '10.0.4.32/30'],
    ],
    address: '10.0.4.36',
  },
  {
    what: 'an explicit one that is an entry of within: made for the workers',
    reservations: [['explicit', '10.0.4.64/27']],
    within: ['10.0.4.64/27'],
    address: '10.0.4.64',
  },
  {
    what: 'the same, the entry written from first to last',
    reservations: [['explicit', '10.0.4.64/27']],
    within: ['10.0.4.64-10.0.4.95'],
    address: '10.0.4.64',
  },
  {
    what: 'an explicit one inside an entry of within: not made for them',
    reservations: [['explicit', '10.0.4.64/28']],
    within: ['10.0.4.64/27'],
    address: '10.0.4.80',
  },
  {
    what: 'one for prefixes that is an entry of within: EC2 may refuse to name its addresses',
    reservations: [['prefix', '10.0.4.64/28']],
    within: ['10.0.4.64/28', '10.0.4.96/28'],
    address: '10.0.4.96',
  },
];

for (const { what, reservations, within = [], address } of rows) {
  t.test(`FirstFree: ${what}`, async (t) => {
    const node = await nodeFor(t, {
      userData: eth1({ ipv4: { within } }),
      world: (world) => reserve(world, reservations),
    });
    t.match((await succeeds(t, node)).interfaces, [{ address }]);
    t.strictSame(errorsOf(node, 'CreateNetworkInterface'), [], 'at the first try');
  });
}

t.test("FirstFree: another subnet's reservation, which covers the same end of it", async (t) => {
  const node = await nodeFor(t, {
    userData: {
      interfaces: [
        { name: 'eth1', subnets: [subnets.a], securityGroups: [group] },
        { name: 'eth2', subnets: [subnets.b], securityGroups: [group] },
      ],
    },
    world: (world) =>
      void world.addReservation({ subnetId: subnets.b, type: 'explicit', cidr: '10.0.5.0/28' }),
  });
  t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.4.4' }, { address: '10.0.5.16' }]);
});

t.test('FirstFree: a reservation for prefixes that comes between listing and claim', async (t) => {
  for (const [addressInPrefixReservation, address] of [
    ['refused', '10.0.4.6'],
    ['allowed', '10.0.4.4'],
  ] as const) {
    await t.test(`where EC2 has naming an address in it ${addressInPrefixReservation}`, async (t) => {
      const node = await nodeFor(t, {
        userData: eth1(),
        simulator: { quirks: { addressInPrefixReservation } },
      });
      node.hooks.beforeCall = ({ action }) => {
        if (action === 'CreateNetworkInterface') {
          delete node.hooks.beforeCall;
          reserve(node.simulator.world, [['prefix', '10.0.4.4/31']]);
        }
      };
      t.match((await succeeds(t, node)).interfaces, [{ address }]);
    });
  }
});

t.test('FirstFree: all of the subnet reserved', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1(),
    world: (world) => reserve(world, [['explicit', '10.0.4.0/24']]),
  });
  await failsCleanly(t, node, {
    exitCode: 5,
    message: [`of the 256 addresses of ${subnets.a}`, '256 are in CIDR reservations'],
  });
});

/** All but 10.0.4.4 to 10.0.4.15 is the pods'. */
const forPods: readonly Reserved[] = [
  ['explicit', '10.0.4.16/28'],
  ['explicit', '10.0.4.32/27'],
  ['explicit', '10.0.4.64/26'],
  ['explicit', '10.0.4.128/25'],
];

t.test('Automatic, the pods in a reservation: EC2 chooses outside of it', async (t) => {
  const node = await nodeFor(t, {
    userData: {
      interfaces: ['eth1', 'eth2', 'eth3'].map((name) => ({
        name,
        subnets: [subnets.a],
        securityGroups: [group],
        ipv4: { mode: 'Automatic', podRange: ['10.0.4.16-10.0.4.254'] },
      })),
    },
    world: (world) => reserve(world, forPods),
  });
  const { interfaces } = await succeeds(t, node);
  t.equal(interfaces.length, 3);
  for (const { name, address } of interfaces) {
    const last = Number(address?.split('.')[3]);
    t.ok(last >= 4 && last < 16, `${name}: ${address} is outside`);
  }
  const reads = node.simulator.record.calls.filter(({ action }) => action === 'GetSubnetCidrReservations');
  t.strictSame(reads, [], 'nobody needs to know them');
});

t.test('Automatic, all that is left is reserved: full, as EC2 says', async (t) => {
  const node = await nodeFor(t, {
    userData: eth1({ ipv4: { mode: 'Automatic' } }),
    world(world) {
      reserve(world, forPods);
      for (let last = 4; last < 16; last += 1) {
        world.addEni({ subnetId: subnets.a, address: `10.0.4.${last}` });
      }
    },
  });
  await failsCleanly(t, node, {
    exitCode: 5,
    message: [`${subnets.a} is full (InsufficientFreeAddressesInSubnet)`, 'add a subnet of zone eu-west-1a'],
  });
});
