import { setTimeout as delay } from 'node:timers/promises';
/** Instance types with several network cards: device indexes and limits are each card's own. */
import t, { type Test } from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import { devices } from './devices.ts';
import { dropInOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { runDoesWhatPlanLists } from './planned.ts';
import { group, type NodeOptions, subnets, type TestNode } from './simulated-node.ts';
import { errorsOf, failsCleanly, nodeFor, resultOf, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const tags = { multus: 'true' };
const on = (networkCard: number) => ({ subnets: [subnets.a], securityGroups: [group], networkCard });

/** On two cards of eight ENIs each. */
function twoCards(t: Test, spec: object, options: NodeOptions = {}): Promise<TestNode> {
  return nodeFor(t, {
    type: 'c6in.32xlarge',
    userData: spec,
    // The kernel's names know nothing of cards; a device index is no name on such types.
    deviceName: ({ mac }) => `d${mac.replaceAll(':', '').slice(-8)}`,
    ...options,
  });
}

function places(enis: readonly Eni[]): (string | number | boolean | undefined)[][] {
  return enis.map(({ tags, attachment }) => [
    tags['multus-bootstrap.io/interface'],
    attachment?.networkCard,
    attachment?.deviceIndex,
    attachment?.deleteOnTermination,
  ]);
}

t.test('ENIs on both cards: indexes of their own, the attributes, the label, maxPods', async (t) => {
  const node = await twoCards(t, {
    interfaces: [
      { name: 'eth1', ...on(0) },
      { name: 'eth2', ...on(1) },
      { name: 'eth3', ...on(1), deleteOnTermination: false },
      { name: 'eth4', ...on(0) },
    ],
    kubelet: { labels: { cards: '${eth1.networkCard}-${eth2.networkCard}.${eth3.deviceIndex}' } },
  });
  await runDoesWhatPlanLists(t, node);
  t.strictSame(places(node.enis()), [
    ['eth1', 0, 1, true],
    ['eth2', 1, 1, true],
    ['eth3', 1, 2, false],
    ['eth4', 0, 2, true],
  ]);
  const { interfaces, labels } = await resultOf(node);
  t.strictSame(
    interfaces.map(({ networkCard, deviceIndex }) => [networkCard, deviceIndex]),
    [
      [0, 1],
      [1, 1],
      [1, 2],
      [0, 2],
    ],
  );
  t.equal(labels.cards, '0-1.2');
  t.equal(
    (await dropInOf(node))?.maxPodsExpression,
    '((default_enis - 2) * (ips_per_eni - 1)) + 2',
    'the two on card 0 are none of the VPC CNI’s',
  );
  const here = (await devices()).map(({ name }) => name);
  t.ok(['eth1', 'eth2', 'eth3', 'eth4'].every((name) => here.includes(name)));

  node.simulator.record.clear();
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(node.simulator.record.writes(), [], 'a second run changes nothing');
});

t.test('an ENI made beforehand goes to the card that is configured', async (t) => {
  const node = await twoCards(
    t,
    {
      interfaces: [
        { name: 'eth1', ...on(1) },
        { name: 'eth2', existing: { tags }, networkCard: 1 },
      ],
    },
    { world: (world) => void world.addEni({ subnetId: subnets.b, tags }) },
  );
  await runDoesWhatPlanLists(t, node);
  t.strictSame(places(node.enis()), [
    ['eth1', 1, 1, true],
    ['eth2', 1, 2, false],
  ]);
  t.equal((await dropInOf(node))?.maxPodsExpression, undefined, 'card 0 is all the VPC CNI’s');
});

/** Someone else's ENI, attached to this node, its device there. */
async function attachForeign(
  { simulator, node }: TestNode,
  networkCard: number,
  deviceIndex: number,
): Promise<void> {
  const { id, mac } = simulator.world.addEni({ subnetId: subnets.b });
  attachEni(simulator.world, { eniId: id, instanceId: node.instanceId, networkCard, deviceIndex });
  const deadline = performance.now() + 5_000;
  while (!(await devices()).some((device) => device.mac === mac) && performance.now() < deadline) {
    await delay(20);
  }
}

t.test('an index that is taken on one card is free on the other', async (t) => {
  const node = await twoCards(t, {
    interfaces: [
      { name: 'eth1', ...on(0) },
      { name: 'eth2', ...on(1) },
    ],
  });
  await attachForeign(node, 0, 1);
  await runDoesWhatPlanLists(t, node);
  t.strictSame(places(node.enis()), [
    ['eth1', 0, 2, true],
    ['eth2', 1, 1, true],
  ]);
});

t.test('an index that is taken meanwhile: the next of that card', async (t) => {
  const node = await twoCards(t, { interfaces: [{ name: 'eth1', ...on(1) }] });
  node.hooks.beforeCall = async ({ action }) => {
    if (action === 'AttachNetworkInterface') {
      delete node.hooks.beforeCall;
      await attachForeign(node, 1, 1);
      await attachForeign(node, 0, 2);
    }
  };
  await succeeds(t, node);
  t.strictSame(places(node.enis()), [['eth1', 1, 2, true]]);
  t.strictSame(errorsOf(node, 'AttachNetworkInterface'), ['InvalidParameterValue']);
});

t.test('cards that the type has not, or that are full: refused before anything is changed', async (t) => {
  const rows: { what: string; type: string; interfaces: object[]; message: string[] }[] = [
    {
      what: 'a card that is not there',
      type: 'c6in.32xlarge',
      interfaces: [
        { name: 'eth1', ...on(1) },
        { name: 'eth2', ...on(2) },
      ],
      message: ['eth2: c6in.32xlarge has no network card 2, only 0, 1', 'Correct networkCard'],
    },
    {
      what: 'a card that is not there, for an ENI made beforehand',
      type: 'm5.xlarge',
      interfaces: [{ name: 'eth1', existing: { tags }, networkCard: 1 }],
      message: ['eth1: m5.xlarge has no network card 1, only 0'],
    },
    {
      what: 'too many on the first card, where the primary ENI is',
      type: 'p5.48xlarge',
      interfaces: [
        { name: 'eth1', ...on(0) },
        { name: 'eth2', ...on(0) },
      ],
      message: ['network card 0 of p5.48xlarge carries 2 ENIs, has 1, and the configuration needs 2 more'],
    },
    {
      what: 'too many on another card, one of them made beforehand',
      type: 'p5.48xlarge',
      interfaces: [
        { name: 'eth1', ...on(0) },
        { name: 'eth2', ...on(5) },
        { name: 'eth3', existing: { tags }, networkCard: 5 },
        { name: 'eth4', ...on(5) },
      ],
      message: ['eth2: network card 5 of p5.48xlarge carries 2 ENIs, has 0', 'needs 3 more'],
    },
  ];
  for (const { what, type, interfaces, message } of rows) {
    await t.test(what, async (t) => {
      const node = await twoCards(
        t,
        { interfaces },
        { type, world: (world) => void world.addEni({ subnetId: subnets.b, tags }) },
      );
      await failsCleanly(t, node, { exitCode: 6, message });
      t.strictSame(node.simulator.record.writes(), []);
    });
  }
});
