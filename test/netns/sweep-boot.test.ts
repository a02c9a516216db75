/** Sweeps go on while nodes boot: all nodes are whole in the end, all leftovers are gone, nothing else was touched. */
import t from 'tap';
import type { Eni } from '../simulator/model/records.ts';
import { enterNamespace } from './namespace.ts';
import { deviceName, otherNode } from './other-nodes.ts';
import { group, startNode, subnets, type TestNode } from './simulated-node.ts';
import { eniOf, sweepNow, tagsOf, unheardOf } from './sweep-world.ts';

await enterNamespace(import.meta.url);

const nodes = 4;

/** Each with its own names, since the links of all are in one namespace. */
function specOf(n: number) {
  return {
    timeout: '2m',
    cluster: 'demo',
    interfaces: [
      { name: `a${n}`, subnets: [subnets.a], securityGroups: [group] },
      { name: `b${n}`, existing: { tags: { multus: 'true' }, wait: '60s' } },
    ],
  };
}

t.test('several nodes boot while sweeps go on', async (t) => {
  const node = await startNode({
    userData: specOf(0),
    deviceName,
    simulator: {
      consistencyMs: 1_500,
      createMs: 200,
      attachMs: 400,
      deviceMs: 300,
      latencies: { '*': [5, 60] },
    },
  });
  t.teardown(() => node.close());
  const { world, record } = node.simulator;
  const leftovers = [
    ...Array.from({ length: 6 }, (_, n) => eniOf(world, n % 2 === 0 ? 'gone' : 'terminated')),
    world.addEni({ subnetId: subnets.a, tags: tagsOf(unheardOf()) }),
  ];
  // Of those that the nodes are to claim, some still bear the tags of the dead.
  const premade = [
    eniOf(world, 'gone', 'existing'),
    eniOf(world, 'terminated', 'existing'),
    ...Array.from({ length: 3 }, () => world.addEni({ subnetId: subnets.b, tags: { multus: 'true' } })),
  ];
  const bystanders = [
    eniOf(world, 'running'),
    eniOf(world, 'stopped'),
    world.addEni({ subnetId: subnets.a, tags: tagsOf(unheardOf()), owner: '210987654321' }),
    world.addEni({ subnetId: subnets.b, tags: { Name: 'mine' } }),
  ];
  const others = await Promise.all(
    Array.from({ length: nodes - 1 }, (_, n) => otherNode(t, node, specOf(n + 1))),
  );
  const all = [node, ...others];

  let isBooting = true;
  const sweeps = [0, 1].map(async () => {
    let count = 0;
    while (isBooting || count < 2) {
      const { exitCode, journal } = await sweepNow(node, '--yes');
      t.equal(exitCode, 0, journal);
      count += 1;
    }
    return count;
  });
  const boots = await Promise.all(all.map((each) => each.run(['run'])));
  isBooting = false;
  t.ok((await Promise.all(sweeps)).every((count) => count > 1));

  for (const [n, { exitCode, journal }] of boots.entries()) {
    t.equal(exitCode, 0, journal);
    const { instanceId } = all[n]?.node ?? node.node;
    t.match(attachedTo(node, instanceId), [
      { attachment: { deviceIndex: 0 } },
      { tags: tagsOf(instanceId, 'created', `a${n}`) },
      { tags: tagsOf(instanceId, 'existing', `b${n}`) },
    ]);
  }
  for (const { id } of leftovers) {
    t.equal(world.store.findEni(id), undefined, 'a leftover is gone');
  }
  for (const eni of bystanders) {
    t.same(world.store.findEni(eni.id), eni, 'what is none is as it was');
  }
  for (const { id } of premade) {
    const { attachment, tags } = world.store.eni(id);
    const instance = tags['multus-bootstrap.io/instance-id'];
    t.equal(instance, attachment?.instanceId, 'an ENI made beforehand is whole, or without tags');
  }
  const deleted = record.writes('DeleteNetworkInterface').map(({ params }) => params['NetworkInterfaceId']);
  t.same(
    [...new Set(deleted)].sort(),
    leftovers.map(({ id }) => id).sort(),
    'no delete of anything else was tried',
  );
});

/** By device index. */
function attachedTo({ simulator: { world } }: TestNode, instanceId: string): Eni[] {
  return world.enis
    .filter(({ attachment }) => attachment?.instanceId === instanceId)
    .toSorted((a, b) => kindOf(a) - kindOf(b));
}

/** The primary, what was created, what was claimed: their device indexes are as it happens. */
function kindOf({ tags, attachment }: Eni): number {
  if (attachment?.deviceIndex === 0) {
    return 0;
  }
  return tags['multus-bootstrap.io/created'] === 'true' ? 1 : 2;
}
