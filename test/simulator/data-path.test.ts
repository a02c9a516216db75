/** To which ENI the VPC delivers, as addresses move. */
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import t, { type Test } from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import type { SimulatorOptions } from './simulator.ts';
import { VirtualClock } from './virtual-clock.ts';

const ipv4 = '10.6.4.200';
const ipv6 = '2600:1f18:0:604::200';

/** Two ENIs that were there before, `a` and `b`, and what becomes of the addresses that they pass on. */
async function pair(t: Test, options: SimulatorOptions = {}) {
  const clock = new VirtualClock();
  const { sim, ec2 } = await ipv6World(t, { clock, convergenceMs: [1000, 1000], ...options });
  const a = sim.world.addEni({ subnetId: ids6.dual, address: '10.6.4.10' }).id;
  const b = sim.world.addEni({ subnetId: ids6.dual, address: '10.6.4.11' }).id;
  const names = new Map([
    [a, 'a'],
    [b, 'b'],
  ]);
  const delivered = (address: string, at?: number) =>
    names.get(sim.world.dataPath.deliveredTo({ subnetId: ids6.dual, address }, at) ?? '') ?? 'nobody';
  const NetworkInterfaceId = (name: 'a' | 'b') => (name === 'a' ? a : b);
  const assign = (name: 'a' | 'b', address: string, AllowReassignment?: boolean) =>
    address === ipv6
      ? ec2.send(
          new AssignIpv6AddressesCommand({
            NetworkInterfaceId: NetworkInterfaceId(name),
            Ipv6Addresses: [ipv6],
          }),
        )
      : ec2.send(
          new AssignPrivateIpAddressesCommand({
            NetworkInterfaceId: NetworkInterfaceId(name),
            PrivateIpAddresses: [address],
            AllowReassignment,
          }),
        );
  const unassign = (name: 'a' | 'b', address: string) =>
    address === ipv6
      ? ec2.send(
          new UnassignIpv6AddressesCommand({
            NetworkInterfaceId: NetworkInterfaceId(name),
            Ipv6Addresses: [ipv6],
          }),
        )
      : ec2.send(
          new UnassignPrivateIpAddressesCommand({
            NetworkInterfaceId: NetworkInterfaceId(name),
            PrivateIpAddresses: [address],
          }),
        );
  /** After a while, in ms. */
  const after = (ms: number, address: string) => {
    clock.advance(ms);
    return delivered(address);
  };
  return { sim, clock, a, b, names, delivered, assign, unassign, after };
}

for (const address of [ipv4, ipv6]) {
  t.test(`${address} is taken off one ENI and given to another`, async (t) => {
    const { assign, unassign, after, delivered } = await pair(t);
    t.equal(delivered(address), 'nobody');
    await assign('a', address);
    t.equal(after(999, address), 'nobody', 'there was none before');
    t.equal(after(1, address), 'a');
    await unassign('a', address);
    t.equal(after(400, address), 'a', 'the former holder still');
    await assign('b', address);
    t.equal(after(599, address), 'a');
    t.equal(after(1, address), 'nobody', 'the taking off has gone through, the giving not yet');
    t.equal(after(399, address), 'nobody');
    t.equal(after(1, address), 'b');
  });

  t.test(`${address}, where the VPC drops at once what is taken off`, async (t) => {
    const { assign, unassign, after, delivered } = await pair(t, { quirks: { unassigned: 'atOnce' } });
    await assign('a', address);
    t.equal(after(1000, address), 'a');
    await unassign('a', address);
    t.equal(delivered(address), 'nobody');
    await assign('b', address);
    t.equal(after(999, address), 'nobody');
    t.equal(after(1, address), 'b');
  });
}

for (const unassigned of ['later', 'atOnce'] as const) {
  t.test(
    `an address that is reassigned by one call moves in one step (unassigned: ${unassigned})`,
    async (t) => {
      const { assign, after, names, sim, a } = await pair(t, { quirks: { unassigned } });
      const turns: string[] = [];
      sim.world.dataPath.onReroute = ({ address }, eniId) =>
        turns.push(`${address} to ${names.get(eniId ?? '') ?? 'nobody'}`);
      await assign('a', ipv4);
      t.equal(after(1000, ipv4), 'a');
      await assign('b', ipv4, true);
      t.equal(after(999, ipv4), 'a');
      t.equal(after(1, ipv4), 'b');
      sim.world.settle();
      t.same(turns, [`${ipv4} to a`, `${ipv4} to b`]);
      t.same(sim.world.store.eni(a).addresses, ['10.6.4.10']);
    },
  );
}

t.test('a change never overtakes the one before it, and converges within the bounds', async (t) => {
  const seen = new Set<number>();
  for (let seed = 1; seed <= 20; seed++) {
    const { sim, names, clock, assign, unassign, delivered } = await pair(t, {
      seed,
      convergenceMs: [800, 1600],
    });
    let told = '';
    sim.world.dataPath.onReroute = (_, eniId) => {
      told = names.get(eniId ?? '') ?? 'nobody';
    };
    await assign('a', ipv4);
    clock.advance(2000);
    await unassign('a', ipv4);
    clock.advance(100);
    await assign('b', ipv4);
    const now = clock.now();
    let order = '';
    let last = '';
    for (let ms = -100; ms <= 1600; ms++) {
      const holder = delivered(ipv4, now + ms);
      if (holder !== last) {
        order += `${holder} `;
        last = holder;
        seen.add(holder === 'b' ? ms : 0);
      }
    }
    t.match(order, /^a (nobody )?b $/, `seed ${seed}: ${order}`);
    clock.advance(2000);
    sim.world.settle();
    t.equal(told, 'b', 'what is told last is what is so');
  }
  const times = [...seen].filter((ms) => ms !== 0);
  t.ok(Math.min(...times) >= 800 && Math.max(...times) <= 1600, String(times));
  t.ok(times.length > 10, 'drawn anew each time');
});

t.test('what was there before, what is deleted, and who is told', async (t) => {
  const told: string[] = [];
  const { sim, clock, a, delivered, after } = await pair(t, {
    hooks: { rerouted: ({ address }, eniId) => void told.push(`${address} ${eniId ?? 'nobody'}`) },
  });
  t.equal(delivered('10.6.4.10'), 'a', 'what was there before needs no convergence');
  sim.world.deleteEni(a);
  t.equal(after(999, '10.6.4.10'), 'a');
  sim.world.settle();
  const before = told.length;
  clock.advance(1);
  sim.world.settle();
  t.equal(delivered('10.6.4.10'), 'nobody');
  t.same(told.slice(before), ['10.6.4.10 nobody'], 'told when it happens, not before');
  const { id: c } = sim.world.addEni({ subnetId: ids6.dual, address: '10.6.4.10' });
  t.equal(sim.world.dataPath.deliveredTo({ subnetId: ids6.dual, address: '10.6.4.10' }), c);
  t.equal(sim.world.dataPath.deliveredTo({ subnetId: ids6.assigning, address: '10.6.4.10' }), undefined);
});

t.test('how the VPC converges changes nothing else of the world', async (t) => {
  const ofWorld = async (convergenceMs: readonly [number, number]) => {
    const { sim, assign } = await pair(t, { convergenceMs });
    await assign('a', ipv4);
    return sim.world.addEni({ subnetId: ids6.dual }).id;
  };
  t.equal(await ofWorld([0, 0]), await ofWorld([0, 5000]));
});
