/** Which IPv6 address is the first free one, and what happens where it is not to be had. */
import t, { type Test } from 'tap';
import type { Quirks } from '../simulator/model/settings.ts';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { type NodeOptions, subnets, type TestNode } from './simulated-node.ts';
import { errorsOf, eth1, failsCleanly, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const only = '2600:1f18:1:a';
const dual = '2600:1f18:1:8';

/** eth1 in the IPv6-only subnet. */
function ipv6Only(ipv6: object = {}, more: object = {}) {
  return eth1({
    subnets: [subnets.ipv6Only],
    ipv4: { mode: 'None' },
    ipv6: { mode: 'FirstFree', ...ipv6 },
    ...more,
  });
}

/** eth1 in the dual-stack subnet, the first free address of each IP version. */
function dualStack(ipv6: object = {}, ipv4: object = {}) {
  return eth1({ subnets: [subnets.dual], ipv4, ipv6: { mode: 'FirstFree', ...ipv6 } });
}

/** Addresses from `first` to `last` of a subnet's first /112, on ENIs of 50 each. */
function crowd(world: World, subnetId: string, network: string, first: number, last: number): void {
  for (let n = first; n <= last; n += 50) {
    const addresses = Array.from({ length: Math.min(50, last + 1 - n) }, (_, i) => {
      return `${network}::${(n + i).toString(16)}`;
    });
    world.addEni({ subnetId, ipv6Addresses: addresses });
  }
}

t.test('the first free address', async (t) => {
  const rows: { what: string; spec: object; world?: (world: World) => void; address: string }[] = [
    { what: 'of an empty subnet, whose first four are reserved', spec: ipv6Only(), address: `${only}::4` },
    {
      what: 'the only hole among thousands',
      spec: ipv6Only(),
      world(world) {
        crowd(world, subnets.ipv6Only, only, 4, 2999);
        crowd(world, subnets.ipv6Only, only, 3001, 6000);
      },
      address: `${only}::bb8`,
    },
    {
      what: 'behind thousands',
      spec: ipv6Only(),
      world: (world) => crowd(world, subnets.ipv6Only, only, 4, 6000),
      address: `${only}::1771`,
    },
    {
      what: 'behind a delegated prefix',
      spec: ipv6Only({ within: [`${only}:1::/80`, `${only}:2::/80`] }),
      world: (world) =>
        void world.addEni({
          subnetId: subnets.ipv6Only,
          ipv6Addresses: [`${only}:2::`],
          ipv6Prefixes: [`${only}:1::/80`],
        }),
      address: `${only}:2::1`,
    },
    {
      what: 'behind an explicit reservation',
      spec: ipv6Only(),
      world: (world) =>
        void world.addReservation({ subnetId: subnets.ipv6Only, cidr: `${only}::/112`, type: 'explicit' }),
      address: `${only}::1:0`,
    },
    {
      what: 'behind a prefix reservation',
      spec: ipv6Only(),
      world: (world) =>
        void world.addReservation({ subnetId: subnets.ipv6Only, cidr: `${only}::/72`, type: 'prefix' }),
      address: `${only}:100::`,
    },
    {
      what: "inside the workers' own explicit reservation",
      spec: ipv6Only({ within: [`${only}:5::/112`] }),
      world: (world) =>
        void world.addReservation({ subnetId: subnets.ipv6Only, cidr: `${only}:5::/112`, type: 'explicit' }),
      address: `${only}:5::`,
    },
    {
      what: "inside within, outside podRange, of whose entries another subnet's do not matter",
      spec: ipv6Only({
        within: [`${dual}::/112`, `${only}::100-${only}::1ff`],
        podRange: [`${only}::100-${only}::10f`],
      }),
      address: `${only}::110`,
    },
    {
      what: 'of the CIDR that is associated',
      spec: ipv6Only({}, { subnets: ['subnet-0000006b'] }),
      world: (world) =>
        void world.addSubnet({
          id: 'subnet-0000006b',
          vpcId: 'vpc-00000001',
          zone: 'eu-west-1a',
          ipv6Cidrs: [
            { cidr: '2600:1f18:1:b::/64', state: 'disassociating' },
            '2600:1f18:1:c::/64',
            { cidr: '2600:1f18:1:d::/64', state: 'associating' },
          ],
        }),
      address: '2600:1f18:1:c::4',
    },
  ];
  for (const { what, spec, world, address } of rows) {
    await t.test(what, async (t) => {
      const node = await nodeFor(t, { userData: spec, ...(world === undefined ? {} : { world }) });
      const { interfaces } = await succeeds(t, node);
      t.match(interfaces, [{ address: undefined, ipv6Address: address }]);
      t.strictSame(node.enis()[0]?.ipv6Addresses, [address]);
      t.equal(node.simulator.record.writes('CreateNetworkInterface').length, 1, 'at the first try');
    });
  }
});

t.test('IPv6 asked for where no CIDR is associated', async (t) => {
  const id = 'subnet-0000006c';
  const node = await nodeFor(t, {
    userData: eth1({ subnets: [id], ipv6: { mode: 'FirstFree' } }),
    world: (world) =>
      void world.addSubnet({
        id,
        vpcId: 'vpc-00000001',
        cidr: '10.0.12.0/24',
        zone: 'eu-west-1a',
        ipv6Cidrs: [{ cidr: '2600:1f18:1:c::/64', state: 'associating' }],
      }),
  });
  await failsCleanly(t, node, {
    exitCode: 3,
    message: [`${id} has no associated IPv6 CIDR: associate one, or write ipv6: {mode: None}`],
  });
});

/** What others take between our listing and our create. */
interface Taken {
  ipv4?: boolean;
  ipv6?: boolean;
  /** Of another account in a shared VPC. */
  hidden: boolean;
}

/** A dual-stack node whose first addresses are taken by others at its first create. */
async function raceNode(t: Test, taken: Taken, options: NodeOptions = {}): Promise<TestNode> {
  const node = await nodeFor(t, { userData: dualStack(), ...options });
  const { world } = node.simulator;
  node.hooks.beforeCall = ({ action }) => {
    if (action !== 'CreateNetworkInterface') {
      return;
    }
    delete node.hooks.beforeCall;
    const { hidden } = taken;
    world.addEni({
      subnetId: subnets.dual,
      address: taken.ipv4 === true ? '10.0.8.4' : '10.0.8.250',
      ...(taken.ipv6 === true ? { ipv6Addresses: [`${dual}::4`] } : {}),
      hidden,
    });
  };
  return node;
}

/** One of the two that come after the first: after a collision the window is two addresses wide. */
const nextIpv4 = /^10\.0\.8\.[56]$/;
const nextIpv6 = /^2600:1f18:1:8::[56]$/;

/** EC2's words for an IPv6 address that has an owner are not documented: some name it, some do not. */
const wordings: { ipv6Taken: Quirks['ipv6Taken']; namesIt: boolean }[] = [
  {
    ipv6Taken: { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' },
    namesIt: false,
  },
  { ipv6Taken: { code: 'InvalidIPAddress.InUse', message: 'Address %s is in use.' }, namesIt: true },
  {
    ipv6Taken: { code: 'InvalidIpv6Address.InUse', message: 'The IPv6 address is already in use' },
    namesIt: false,
  },
  { ipv6Taken: { code: 'InvalidParameterValue', message: '%s is already assigned.' }, namesIt: true },
  {
    ipv6Taken: { code: 'InvalidParameterValue', message: '[%s] assigned, but move is not allowed.' },
    namesIt: true,
  },
  {
    ipv6Taken: { code: 'InvalidParameterValue', message: 'Address is already assigned to an interface' },
    namesIt: false,
  },
  { ipv6Taken: { code: 'Resource.AlreadyAssigned', message: '%s is already assigned.' }, namesIt: true },
];

for (const { ipv6Taken, namesIt } of wordings) {
  for (const hidden of [false, true]) {
    const who = hidden ? 'a neighbour that no listing shows' : 'a neighbour';
    t.test(`${ipv6Taken.code} (${ipv6Taken.message}): ${who} has the IPv6 address`, async (t) => {
      const node = await raceNode(t, { ipv6: true, hidden }, { simulator: { quirks: { ipv6Taken } } });
      const { interfaces } = await succeeds(t, node);
      t.match(interfaces[0]?.ipv6Address, nextIpv6);
      if (namesIt || !hidden) {
        t.equal(interfaces[0]?.address, '10.0.8.4', 'the IPv4 address is the first that is free');
      } else {
        t.match(interfaces[0]?.address, nextIpv4, 'nothing tells which of the two it was');
      }
      t.strictSame(errorsOf(node, 'CreateNetworkInterface'), [ipv6Taken.code], 'one refusal');
    });
  }
}

for (const { what, taken, ipv4, ipv6 } of [
  { what: 'the IPv4 address is', taken: { ipv4: true, hidden: false }, ipv4: nextIpv4, ipv6: /::4$/ },
  {
    what: 'both addresses are',
    taken: { ipv4: true, ipv6: true, hidden: false },
    ipv4: nextIpv4,
    ipv6: nextIpv6,
  },
  {
    what: 'both addresses are, which no listing shows,',
    taken: { ipv4: true, ipv6: true, hidden: true },
    ipv4: nextIpv4,
    ipv6: nextIpv6,
  },
]) {
  t.test(`${what} taken meanwhile`, async (t) => {
    const node = await raceNode(t, taken);
    const { interfaces } = await succeeds(t, node);
    t.match(interfaces[0]?.address, ipv4);
    t.match(interfaces[0]?.ipv6Address, ipv6);
    t.equal(errorsOf(node, 'CreateNetworkInterface').length, 1, 'one refusal');
  });
}

t.test('an IPv6 address that EC2 gives to nobody: the next, and the IPv4 address is not lost', async (t) => {
  const node = await nodeFor(t, { userData: dualStack() });
  node.hooks.beforeCall = ({ action }) => {
    if (action === 'CreateNetworkInterface') {
      delete node.hooks.beforeCall;
      node.simulator.world.addReservation({ subnetId: subnets.dual, cidr: `${dual}::/126`, type: 'prefix' });
      node.simulator.world.addReservation({ subnetId: subnets.dual, cidr: `${dual}::4/127`, type: 'prefix' });
    }
  };
  t.match((await succeeds(t, node)).interfaces, [{ address: '10.0.8.4', ipv6Address: `${dual}::6` }]);
});

t.test('no IPv6 address to be had: no ENI without it', async (t) => {
  const within = [`${dual}::40-${dual}::48`];
  await t.test('all of them held, as EC2 shows', async (t) => {
    const node = await nodeFor(t, {
      userData: dualStack({ within }),
      world: (world) => crowd(world, subnets.dual, dual, 0x40, 0x48),
    });
    await failsCleanly(t, node, {
      exitCode: 5,
      message: ['eth1', `of the 9 addresses of ${subnets.dual} (${dual}::/64)`, '9 are held by ENIs'],
    });
    t.strictSame(node.simulator.record.writes(), []);
  });
  for (const message of ['%s is already assigned.', 'The address is already in use']) {
    await t.test(`all of them held by neighbours that no listing shows (${message})`, async (t) => {
      const node = await nodeFor(t, {
        userData: dualStack({ within }),
        simulator: { quirks: { ipv6Taken: { code: 'InvalidParameterValue', message } } },
        world(world) {
          const ipv6Addresses = Array.from({ length: 9 }, (_, n) => `${dual}::${(0x40 + n).toString(16)}`);
          world.addEni({ subnetId: subnets.dual, address: '10.0.8.250', ipv6Addresses, hidden: true });
        },
      });
      await failsCleanly(t, node, {
        exitCode: 5,
        message: [subnets.dual, 'EC2 refused 9', 'no listing shows', 'widen ipv6.within', 'zone eu-west-1a'],
      });
      t.equal(errorsOf(node, 'CreateNetworkInterface').length, 9);
    });
  }
  await t.test('another interface is whole meanwhile: it stays for the run to come', async (t) => {
    const [first] = dualStack({ within }).interfaces;
    const node = await nodeFor(t, {
      userData: { interfaces: [first, { ...first, name: 'eth2', ipv6: { mode: 'Automatic' } }] },
      world(world) {
        const ipv6Addresses = Array.from({ length: 9 }, (_, n) => `${dual}::${(0x40 + n).toString(16)}`);
        world.addEni({ subnetId: subnets.dual, address: '10.0.8.250', ipv6Addresses, hidden: true });
      },
    });
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 5, journal);
    const made = node.simulator.world.enis.filter(
      ({ subnetId, hidden }) => subnetId === subnets.dual && !hidden,
    );
    t.equal(made.length, 1);
    t.equal(made[0]?.tags['multus-bootstrap.io/interface'], 'eth2');
    t.equal(made[0]?.ipv6Addresses.length, 1);
  });
});

t.test('an instance type that has no IPv6: told as such, and nothing is left', async (t) => {
  const node = await nodeFor(t, { userData: dualStack(), type: 'm3.medium' });
  await failsCleanly(t, node, { exitCode: 6, message: ['m3.medium'] });
});

for (const [what, spec] of [
  ['both named', dualStack()],
  ["of EC2's choice", ipv6Only({ mode: 'Automatic' })],
] as const) {
  t.test(`the answer to the create is lost, its addresses ${what}: the same ENI`, async (t) => {
    const node = await nodeFor(t, { userData: spec });
    node.simulator.faults.add({ action: 'CreateNetworkInterface', kind: 'lostAnswer' });
    const { interfaces } = await succeeds(t, node);
    const [eni, ...others] = node.simulator.world.enis.filter(({ subnetId }) => subnetId !== subnets.primary);
    t.strictSame(others, [], 'one ENI in all');
    t.match(interfaces, [{ eniId: eni?.id, ipv6Address: eni?.ipv6Addresses[0] }]);
    t.equal(eni?.ipv6Addresses.length, 1);
  });
}
