/** What `plan` says of ENIs made beforehand, held against what `run` then does. */
import t from 'tap';
import { filesBelow } from './end-state.ts';
import { claiming, claimingNode, claimTags, noManage, now, tagsOf } from './existing.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

/** The writes as `plan` tells of them. */
async function planned(node: TestNode) {
  const { exitCode, stdout, journal } = await node.run(['plan', '--json']);
  if (exitCode !== 0) {
    throw new Error(journal);
  }
  return JSON.parse(stdout);
}

for (const [what, more] of [
  ['nothing but its tags', {}],
  ['attributes', { sourceDestCheck: false, deleteOnTermination: true }],
  ['an attribute that its maker has turned off', { sourceDestCheck: true }],
  ['a floating address', {}],
  ['what its last node has left', {}],
] as const) {
  t.test(`one to be claimed, and ${what}`, async (t) => {
    const { node, eni } = await claimingNode(t, {
      world: (world) => {
        for (const each of what.startsWith('an attribute') ? world.enis : []) {
          world.store.setEni({ ...each, sourceDestCheck: false }, Number.NEGATIVE_INFINITY);
        }
        for (const each of what.startsWith('what its last') ? world.enis : []) {
          const addresses = [...each.addresses, '10.0.4.201', '10.0.4.202'];
          const tags = { ...each.tags, 'multus-bootstrap.io/nodeport': '10.0.4.201' };
          world.store.setEni({ ...each, addresses, tags }, Number.NEGATIVE_INFINITY);
        }
      },
      userData: {
        cluster: 'demo',
        interfaces: [claiming('eth1', more)],
        instanceTags: { ready: 'yes' },
        nodePort: what === 'a floating address' ? [{ interface: 'eth1', addresses: ['10.0.4.201'] }] : [],
      },
    });
    const { world, record } = node.simulator;
    const enis = world.enis;
    const files = await filesBelow(node.root);
    const text = (await node.run(['plan'])).stdout;
    const json = await planned(node);
    t.strictSame(record.writes(), [], 'plan changes nothing in EC2');
    t.strictSame(world.enis, enis);
    t.strictSame(await filesBelow(node.root), files, 'nor on the host');

    t.match(
      text,
      '  eth1: one of 1 available ENI with the tags multus=true, cluster=demo is to be attached\n',
    );
    t.match(text, '  CreateTags interface=eth1 tags={node.k8s.amazonaws.com/no_manage=true}\n');
    t.match(text, '  AttachNetworkInterface interface=eth1 deviceIndex=1 networkCard=0\n');
    t.match(json.interfaces, [{ name: 'eth1', source: 'claim', deviceIndex: 1, networkCard: 0 }]);

    t.equal((await node.run(['run'])).exitCode, 0);
    const done = record.writes().map((call) => ({
      action: call.action,
      ...(call.action.endsWith('Tags') ? { tags: tagsOf(call) } : {}),
    }));
    const told = json.writes.map(({ action, tags }: { action: string; tags?: object }) => ({
      action,
      ...(tags === undefined ? {} : { tags }),
    }));
    const sorted = (writes: readonly object[]) => writes.map((each) => JSON.stringify(each)).toSorted();
    t.strictSame(sorted(done), sorted(told), 'run does what plan said');
    t.strictSame(done[0], { action: 'CreateTags', tags: noManage });

    const after = await planned(node);
    t.match(after.interfaces, [
      { name: 'eth1', source: 'attached', eniId: eni.id, address: eni.addresses[0] },
    ]);
    t.strictSame(
      after.writes.map(({ action, tags }: { action: string; tags: object }) => [action, tags]),
      [['CreateTags', { ready: 'yes' }]],
    );
    t.match(
      (await node.run(['plan'])).stdout,
      `eth1: ${eni.id} (${eni.addresses[0]}) is attached at device index 1`,
    );
    t.ok(now(node, eni).attachment);
  });
}

t.test('one to be handed back', async (t) => {
  const { node, eni } = await claimingNode(t, { count: 2 });
  const { world, record } = node.simulator;
  t.equal((await node.run(['run'])).exitCode, 0);
  const stale = world.enis.find(({ tags, attachment }) => tags.multus && attachment === undefined) ?? eni;
  const tags = { ...stale.tags, ...claimTags(node, 'eth9', 'demo') };
  world.store.setEni({ ...stale, tags });
  const json = await planned(node);
  record.clear();
  t.equal((await node.run(['run'])).exitCode, 0);
  t.strictSame(
    record
      .writes()
      .map((call) => ({ action: call.action, eniId: stale.id, tags: Object.keys(tagsOf(call)) })),
    json.writes.map((each: { tags: object }) => ({ ...each, tags: Object.keys(each.tags) })),
  );
  t.equal(record.writes().length, 2);
});

t.test('none is available now', async (t) => {
  const { node, eni } = await claimingNode(t);
  node.simulator.world.deleteEni(eni.id);
  const { exitCode, stdout } = await node.run(['plan']);
  t.equal(exitCode, 0);
  t.match(
    stdout,
    'eth1: no ENI with the tags multus=true, cluster=demo is available now: run waits up to 0 s for one',
  );
  t.match(stdout, 'AttachNetworkInterface interface=eth1 deviceIndex=1');
});

t.test('selections that would read the same are two', async (t) => {
  const selections = [{ a: 'b, c=d' }, { a: 'b', c: 'd' }];
  const node = await nodeFor(t, {
    userData: {
      interfaces: selections.map((tags, n) => ({ name: `eth${n + 1}`, existing: { tags, wait: '0s' } })),
    },
    world(world) {
      for (const tags of selections) {
        world.addEni({ subnetId: subnets.a, tags });
      }
    },
  });
  const { stdout } = await node.run(['plan']);
  t.equal(stdout.match(/: one of 1 available ENI/g)?.length, 2, stdout);
});
