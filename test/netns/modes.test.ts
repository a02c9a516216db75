/** Every way to an address, in every kind of subnet. */
import t, { type Test } from 'tap';
import type { Eni } from '../simulator/model/records.ts';
import { enterNamespace } from './namespace.ts';
import { runDoesWhatPlanLists } from './planned.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { eth1, failsCleanly, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

const modes = ['FirstFree', 'Automatic', 'None'] as const;
type Mode = (typeof modes)[number];

interface Kind {
  what: string;
  id: string;
  /** What the subnet's addresses begin with; undefined: it has no such addresses. */
  ipv4: string | undefined;
  ipv6: string | undefined;
}

const kinds: readonly Kind[] = [
  { what: 'IPv4-only', id: subnets.a, ipv4: '10.0.4.', ipv6: undefined },
  { what: 'dual-stack', id: subnets.dual, ipv4: '10.0.8.', ipv6: '2600:1f18:1:8:' },
  {
    what: 'dual-stack, IPv6 on creation',
    id: subnets.assigning,
    ipv4: '10.0.9.',
    ipv6: '2600:1f18:1:9:',
  },
  { what: 'IPv6-only', id: subnets.ipv6Only, ipv4: undefined, ipv6: '2600:1f18:1:a:' },
];

/** What says what to write instead, where the modes and the subnet do not go together. */
function refusal({ id, ...has }: Kind, ipv4: Mode, ipv6: Mode): string | undefined {
  if (ipv4 === 'None' && ipv6 === 'None') {
    return 'None leaves the ENI without any address; write FirstFree, or ipv6: {mode: FirstFree}';
  }
  if (ipv4 !== 'None' && has.ipv4 === undefined) {
    return `${id} has no IPv4 CIDR: for IPv6-only subnets write ipv4: {mode: None} and ipv6: {mode: FirstFree}`;
  }
  if (ipv4 === 'None' && has.ipv4 !== undefined) {
    return 'EC2 gives every ENI there an IPv4 address: write ipv4: {mode: FirstFree}, or list an IPv6-only subnet';
  }
  return ipv6 !== 'None' && has.ipv6 === undefined
    ? `${id} has no associated IPv6 CIDR: associate one, or write ipv6: {mode: None}`
    : undefined;
}

/** As many addresses as the mode asks for, FirstFree's at the first that is free: the fifth is held. */
function areAsked(t: Test, mode: Mode, network: string | undefined, found: readonly string[]): void {
  switch (mode) {
    case 'FirstFree':
      return void t.strictSame(found, [network?.includes(':') ? `${network}:5` : `${network}5`]);
    case 'Automatic':
      t.equal(found.length, 1);
      return void t.ok(found[0]?.startsWith(`${network}`), `${found[0]} is of ${network}`);
    case 'None':
      return void t.strictSame(found, []);
  }
}

function nodeIn(t: Test, spec: object): Promise<TestNode> {
  return nodeFor(t, {
    userData: spec,
    world(world) {
      world.addEni({ subnetId: subnets.a, address: '10.0.4.4' });
      world.addEni({ subnetId: subnets.dual, address: '10.0.8.4', ipv6Addresses: ['2600:1f18:1:8::4'] });
      world.addEni({ subnetId: subnets.assigning, address: '10.0.9.4', ipv6Addresses: ['2600:1f18:1:9::4'] });
      world.addEni({ subnetId: subnets.ipv6Only, ipv6Addresses: ['2600:1f18:1:a::4'] });
    },
  });
}

/** What a run has left is told alike by the result and by `status`; the next run leaves it alone. */
async function isToldAndStays(t: Test, node: TestNode): Promise<void> {
  const [eni] = node.enis();
  const { addresses = [], ipv6Addresses = [] } = eni ?? {};
  const { address, ipv6Address } = (await resultOf(node)).interfaces[0] ?? {};
  t.strictSame([address, ipv6Address], [addresses[0], ipv6Addresses[0]], 'the result has the addresses');
  node.simulator.record.clear();
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, 'everything is in place');
  t.strictSame(node.simulator.record.writes(), [], 'a second run changes nothing in EC2');
  t.strictSame(node.enis(), [eni]);
  const status = JSON.parse((await node.run(['status', '--json'])).stdout);
  t.strictSame(status.interfaces[0].addresses, [...addresses, ...ipv6Addresses], 'status has them');
  t.strictSame(status.differences, []);
}

for (const kind of kinds) {
  for (const ipv4 of modes) {
    for (const ipv6 of modes) {
      const spec = eth1({ subnets: [kind.id], ipv4: { mode: ipv4 }, ipv6: { mode: ipv6 } });
      const message = refusal(kind, ipv4, ipv6);
      t.test(`${kind.what} subnet, IPv4 ${ipv4}, IPv6 ${ipv6}`, async (t) => {
        const node = await nodeIn(t, spec);
        if (message !== undefined) {
          await failsCleanly(t, node, { exitCode: 3, message: [message] });
          t.strictSame(node.simulator.record.writes(), [], 'before anything is changed');
          return;
        }
        await runDoesWhatPlanLists(t, node);
        const [eni] = node.enis();
        areAsked(t, ipv4, kind.ipv4, eni?.addresses ?? []);
        areAsked(t, ipv6, kind.ipv6, eni?.ipv6Addresses ?? []);
        await isToldAndStays(t, node);
      });
    }
  }
}

for (const [what, request] of [
  ['IPv4-only', { subnetId: subnets.a, address: '10.0.4.77', secondary: ['10.0.4.78'] }],
  [
    'dual-stack',
    {
      subnetId: subnets.dual,
      address: '10.0.8.77',
      ipv6Addresses: ['2600:1f18:1:8::77', '2600:1f18:1:8::78'],
    },
  ],
  ['IPv6-only', { subnetId: subnets.ipv6Only, ipv6Addresses: ['2600:1f18:1:a::77'] }],
] as const) {
  t.test(`${what} subnet, an ENI made beforehand`, async (t) => {
    const tags = { multus: 'true' };
    const node = await nodeFor(t, {
      userData: { interfaces: [{ name: 'eth1', existing: { tags } }] },
      world: (world) => void world.addEni({ ...request, tags }),
    });
    const made = node.simulator.world.enis.filter((eni) => eni.tags['multus'] === 'true');
    await runDoesWhatPlanLists(t, node);
    t.strictSame(node.enis().map(kept), made.map(kept), 'it is attached, and its addresses are as they were');
    await isToldAndStays(t, node);
  });
}

function kept({ id, addresses, ipv6Addresses }: Eni) {
  return { id, addresses, ipv6Addresses };
}
