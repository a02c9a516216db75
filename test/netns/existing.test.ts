/** ENIs made beforehand: which one a node takes, and what it makes of it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import type { World } from '../simulator/model/world.ts';
import {
  attachedTo,
  claiming,
  claimingNode,
  claimTags,
  isWhole,
  kept,
  noManage,
  now,
  premade,
  reconfigure,
  selection,
  tagsOf,
  writes,
} from './existing.ts';
import { dropInOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets } from './simulated-node.ts';
import { failsCleanly, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('one that is available is attached, and tagged; the rest of it is its maker’s', async (t) => {
  const { node, eni } = await claimingNode(t, { userData: { cluster: 'demo', interfaces: [claiming()] } });
  const before = kept(now(node, eni));
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  await isWhole(t, node);
  t.strictSame(kept(now(node, eni)), before);
  t.equal(now(node, eni).attachment?.deleteOnTermination, false);
  const tags = claimTags(node, 'eth1', 'demo');
  t.strictSame(now(node, eni).tags, { ...selection, Name: 'terraform', ...noManage, ...tags });
  t.strictSame(
    node.simulator.record.writes().map((call) => [call.action, tagsOf(call)]),
    [
      ['CreateTags', noManage],
      ['AttachNetworkInterface', {}],
      ['CreateTags', tags],
    ],
    'no_manage goes before the attach, the claim’s tags after it',
  );
  t.match(await resultOf(node), {
    interfaces: [{ name: 'eth1', eniId: eni.id, address: eni.addresses[0], outcome: 'claimed' }],
  });
});

for (const [value, expected] of [
  ['true', 2],
  ['false', 3],
] as const) {
  t.test(`no_manage=${value} costs ${expected} writes`, async (t) => {
    const { node, eni } = await claimingNode(t, {
      count: 1,
      world: (world) => {
        for (const each of world.enis) {
          const tags = { ...each.tags, 'node.k8s.amazonaws.com/no_manage': value };
          world.store.setEni({ ...each, tags }, Number.NEGATIVE_INFINITY);
        }
      },
    });
    t.equal((await node.run(['run'])).exitCode, 0);
    t.equal(writes(node).length, expected, value);
    t.match(now(node, eni).tags, noManage);
  });
}

t.test('attributes are set where the configuration names them', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { interfaces: [claiming('eth1', { deleteOnTermination: true, sourceDestCheck: false })] },
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  t.match(now(node, eni), { sourceDestCheck: false, attachment: { deleteOnTermination: true } });
  node.simulator.record.clear();
  t.equal((await node.run(['run'])).exitCode, 0);
  t.strictSame(writes(node), [], 'a further run sets nothing');
});

/** ENIs that are not for the node, though they look like it. */
const foreign: [string, (world: World) => void][] = [
  ['of another zone', (world) => premade(world, { subnetId: subnets.elsewhere })],
  [
    'of another VPC',
    (world) => {
      world.addVpc({ id: 'vpc-00000002', cidr: '10.0.0.0/16' });
      const subnet = world.addSubnet({ vpcId: 'vpc-00000002', cidr: '10.0.4.0/24', zone: 'eu-west-1a' });
      premade(world, { subnetId: subnet.id });
    },
  ],
  ['with some of the tags', (world) => world.addEni({ subnetId: subnets.a, tags: { multus: 'true' } })],
  ['with another value', (world) => premade(world, { tags: { cluster: 'demo2' } })],
  ['made by the agent', (world) => premade(world, { tags: { 'multus-bootstrap.io/created': 'true' } })],
  ['of an AWS service', (world) => premade(world, { requesterManaged: true })],
  [
    'in use by another node',
    (world) => {
      const { id } = premade(world);
      const other = world.launch({ type: 'm5.xlarge', subnetId: subnets.primary });
      world.store.setEni(
        {
          ...world.store.eni(id),
          attachment: {
            id: 'eni-attach-00000001',
            instanceId: other.id,
            instanceOwnerId: world.settings.account,
            deviceIndex: 1,
            networkCard: 0,
            status: 'attached',
            deleteOnTermination: false,
            device: false,
            at: 0,
          },
        },
        Number.NEGATIVE_INFINITY,
      );
    },
  ],
];

for (const [what, add] of foreign) {
  t.test(`an ENI ${what} is not touched`, async (t) => {
    const { node, made } = await claimingNode(t, { count: 1, world: add });
    const others = node.simulator.world.enis.filter(({ id }) => made.every((each) => each.id !== id));
    t.equal((await node.run(['run'])).exitCode, 0);
    t.strictSame(
      others.map((each) => now(node, each)),
      others,
    );
    await node.run(['run']);
    t.equal(attachedTo(node).length, 1);
  });
  t.test(`an ENI ${what} is not taken for want of others`, async (t) => {
    const { node, eni } = await claimingNode(t, { world: add });
    node.simulator.world.deleteEni(eni.id);
    await failsCleanly(t, node, {
      exitCode: 5,
      message: [
        'eth1: no available ENI with the tags multus=true, cluster=demo in eu-west-1a (vpc-00000001)',
        what.startsWith('in use') || what.startsWith('of an AWS')
          ? /1 are there, none to be had \(in use: eni-\w+ by (i-\w+|AWS)\)/
          : 'there is none',
        'Make more of them there, correct existing.tags, or raise existing.wait',
      ],
    });
    t.strictSame(writes(node), []);
  });
}

t.test('a node that has one keeps it, whatever of its own files it has lost', async (t) => {
  for (const lost of [[], ['run'], ['run', 'var/lib/multus-bootstrap', 'etc/systemd/network']]) {
    await t.test(`without ${lost.join(', ')}`, async (t) => {
      const { node } = await claimingNode(t, {
        count: 4,
        userData: { interfaces: [claiming(), claiming('eth2')] },
      });
      t.equal((await node.run(['run'])).exitCode, 0);
      const eth1 = await isWhole(t, node);
      const eth2 = await isWhole(t, node, 'eth2');
      t.not(eth1?.id, eth2?.id);
      for (const path of lost) {
        await rm(join(node.root, path), { recursive: true });
      }
      node.simulator.record.clear();
      const { exitCode, journal } = await node.run(['run']);
      t.equal(exitCode, 0, journal);
      t.match(journal, 'everything is in place');
      t.strictSame(writes(node), []);
      t.equal((await isWhole(t, node))?.id, eth1?.id);
      t.equal((await isWhole(t, node, 'eth2'))?.id, eth2?.id);
      t.equal(attachedTo(node).length, 2);
    });
  }
});

for (const time of [1, 2, 3]) {
  t.test(`an interface leaves to another the ENIs that only that one can take, time ${time}`, async (t) => {
    const { node, made } = await claimingNode(t, {
      count: 3,
      userData: {
        interfaces: [claiming(), claiming('eth2', { existing: { tags: { net: 'media' }, wait: '0s' } })],
      },
      world: (world) => premade(world, { tags: { net: 'media' } }),
    });
    t.equal((await node.run(['run'])).exitCode, 0);
    t.ok(made.some(({ id }) => attachedTo(node).some((each) => each.id === id)));
    t.equal((await isWhole(t, node, 'eth2'))?.tags.net, 'media');
  });
}

t.test('what is attached already, by another hand, is taken over', async (t) => {
  const { node, eni } = await claimingNode(t, { count: 2 });
  const attach = await node.run(['run']);
  t.equal(attach.exitCode, 0);
  const own = await isWhole(t, node);
  const { world } = node.simulator;
  const bare = { ...selection, Name: 'terraform', ...noManage };
  world.store.setEni({ ...world.store.eni(own?.id ?? eni.id), tags: bare });
  await rm(join(node.root, 'var/lib/multus-bootstrap'), { recursive: true });
  node.simulator.record.clear();
  t.equal((await node.run(['run'])).exitCode, 0);
  t.equal((await isWhole(t, node))?.id, own?.id);
  t.strictSame(writes(node), [`CreateTags ${own?.id}`]);
});

t.test('but not what the VPC CNI may have in its hands', async (t) => {
  const { node, eni } = await claimingNode(t, {
    count: 2,
    world: (world) => premade(world, { tags: { 'node.k8s.amazonaws.com/instance_id': 'i-0000abcd' } }),
  });
  const { world } = node.simulator;
  const { instanceId } = node.node;
  attachEni(world, { eniId: eni.id, instanceId, deviceIndex: 1, networkCard: 0 });
  const before = world.enis;
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, new RegExp(`warn: ${eni.id} is attached and has the existing.tags of eth1, but not node`));
  const own = await isWhole(t, node);
  t.strictSame(
    world.enis.filter(({ id }) => id !== own?.id),
    before.filter(({ id }) => id !== own?.id),
  );
  t.equal(own?.tags['node.k8s.amazonaws.com/instance_id'], undefined);
});

t.test('kubelet hears of it as of any other', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: {
      interfaces: [claiming('eth1'), { name: 'eth2', subnets: [subnets.b], securityGroups: [group] }],
      kubelet: { labels: { address: '${eth1.address}', eni: '${eth1.eniId}', subnet: '${eth1.subnetId}' } },
    },
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  const dropIn = await dropInOf(node);
  t.match(dropIn?.flags, [
    `--node-labels=address=${eni.addresses[0]},eni=${eni.id},multus-bootstrap.io/ready=true,subnet=${subnets.a}`,
  ]);
  t.match(dropIn?.maxPodsExpression, '2', 'both interfaces are counted');
  t.comment(dropIn?.maxPodsExpression);
});

t.test(
  'a tagged ENI that is not attached and no longer wanted is untagged, and nothing is left',
  async (t) => {
    const { node, eni } = await claimingNode(t, {
      userData: { interfaces: [claiming(), claiming('eth2')] },
      count: 2,
    });
    t.equal((await node.run(['run'])).exitCode, 0);
    const eth2 = await isWhole(t, node, 'eth2');
    const { world } = node.simulator;
    // Someone detaches it, and the user data loses it while the instance is stopped.
    await node.hooks.detached?.(now(node, eth2 ?? eni), world.instance(node.node.instanceId));
    world.store.setEni({ ...now(node, eth2 ?? eni), attachment: undefined });
    reconfigure(node, { interfaces: [claiming()] });
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.strictSame(now(node, eth2 ?? eni).tags, { ...selection, Name: 'terraform', ...noManage });
    await isWhole(t, node);
    for (const file of [
      'var/lib/multus-bootstrap/eth2.json',
      'etc/systemd/network/10-multus-bootstrap-eth2.link',
    ]) {
      await t.rejects(rm(join(node.root, file)), { code: 'ENOENT' }, file);
    }
  },
);

t.test('one that is attached and no longer configured is told of, and left as it is', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { interfaces: [claiming(), claiming('eth2')] },
    count: 2,
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  const eth2 = await isWhole(t, node, 'eth2');
  reconfigure(node, { interfaces: [claiming()] });
  node.simulator.record.clear();
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, `warn: ${eth2?.id} is attached for eth2, which the configuration no longer names`);
  t.strictSame(writes(node), []);
  await isWhole(t, node, 'eth2');
  t.ok(eni);
});
