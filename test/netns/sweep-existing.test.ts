/** `sweep` takes a dead instance's tags off ENIs that were made beforehand, and no one else's. */
import t, { type Test } from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import { addTags } from '../simulator/model/tags.ts';
import type { World } from '../simulator/model/world.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { eniOf, sweepNow, tagsOf } from './sweep-world.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const users = { multus: 'true', 'node.k8s.amazonaws.com/no_manage': 'true' };

const now = ({ simulator: { world } }: TestNode, { id }: Eni) => world.store.eni(id);

t.test('only the tags of a dead instance, and never the ENI', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { world, record } = node.simulator;
  const dead = [eniOf(world, 'gone', 'existing'), eniOf(world, 'terminated', 'existing')];
  const living = [
    eniOf(world, 'running', 'existing'),
    eniOf(world, 'stopped', 'existing'),
    eniOf(world, 'pending', 'existing'),
  ];
  const dry = await sweepNow(node);
  t.equal(dry.stdout.match(/ untag$/gm)?.length, 2);
  t.same(record.writes(), []);
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  for (const eni of dead) {
    t.same(now(node, eni), { ...eni, tags: users });
    t.match(journal, new RegExp(`took the tags of i-\\w+, which is .*, off ${eni.id}`));
  }
  for (const eni of living) {
    t.same(now(node, eni), eni);
  }
  t.same(record.writes('DeleteNetworkInterface'), []);
});

t.test('what an untagging that ended half-way has left', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { world, record } = node.simulator;
  const { instanceId } = node.node;
  const { 'multus-bootstrap.io/instance-id': _, ...remains } = tagsOf(instanceId, 'existing');
  const half = world.addEni({ subnetId: subnets.a, tags: remains });
  const attached = world.addEni({ subnetId: subnets.a, tags: remains });
  attachEni(world, { eniId: attached.id, instanceId, deviceIndex: 2, networkCard: 0 });
  const taken = world.addEni({ subnetId: subnets.a, tags: remains });
  node.hooks.beforeCall = ({ params }) => {
    // The look right before its tags would go.
    if (JSON.stringify(params).includes(taken.id) && now(node, taken).attachment === undefined) {
      attachEni(world, { eniId: taken.id, instanceId, deviceIndex: 3, networkCard: 0 });
      addTags(world, [taken.id], tagsOf(instanceId, 'existing'));
    }
  };
  const dry = await sweepNow(node);
  t.match(dry.stdout, new RegExp(`^${half.id} .* - +untagged in part .* untag$`, 'm'));
  t.same(record.writes(), []);
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  t.same(now(node, half).tags, users);
  t.same(now(node, attached).tags, remains);
  t.same(now(node, taken).tags, tagsOf(instanceId, 'existing'), 'a node that has claimed one keeps its tags');
  t.match(journal, `${taken.id} is another node's by now`);
  t.equal(record.writes().length, 1);
});

/** As a dead instance has left it, with NodePort addresses of which one is its maker's. */
function withAddresses(world: World): Eni {
  const eni = eniOf(world, 'gone', 'existing');
  const carried = { 'multus-bootstrap.io/nodeport': '10.0.4.201 10.0.4.202 2001:db8::1' };
  const changed = {
    ...eni,
    addresses: [...eni.addresses, '10.0.4.199', '10.0.4.201'],
    ipv6Addresses: ['2001:db8::1'],
    tags: { ...eni.tags, ...carried },
  };
  world.store.setEni(changed);
  return changed;
}

t.test('floating addresses that the dead instance held are taken off', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { world, permissions, record } = node.simulator;
  const eni = withAddresses(world);
  const dry = await sweepNow(node);
  t.match(dry.stdout, / untag, and take 10\.0\.4\.201, 2001:db8::1 off it$/m);
  t.same(record.writes(), []);
  permissions.deny('UnassignPrivateIpAddresses');
  const denied = await sweepNow(node, '--yes');
  t.equal(denied.exitCode, 4, denied.journal);
  t.match(denied.journal, `cannot take 10.0.4.201 off ${eni.id}`);
  t.match(now(node, eni).tags, { 'multus-bootstrap.io/existing': 'true' }, 'a watcher may take it');
  permissions.allow('UnassignPrivateIpAddresses');
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  const [primary = ''] = eni.addresses;
  t.same(now(node, eni), { ...eni, addresses: [primary, '10.0.4.199'], ipv6Addresses: [], tags: users });
  t.match(journal, `took the NodePort address 10.0.4.201 off ${eni.id}`);
});

t.test('but not those of a node that claims the ENI meanwhile', async (t) => {
  const node = await nodeFor(t, { userData: undefined, simulator: { consistencyMs: 1_500 } });
  const { world, record } = node.simulator;
  const eni = withAddresses(world);
  const { instanceId } = node.node;
  node.hooks.beforeCall = ({ action }) => {
    if (action === 'DeleteTags' && now(node, eni).attachment === undefined) {
      attachEni(world, { eniId: eni.id, instanceId, deviceIndex: 3, networkCard: 0 });
      addTags(world, [eni.id], tagsOf(instanceId, 'existing'));
    }
  };
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  t.match(journal, `${eni.id} is another node's by now`);
  t.strictSame(now(node, eni).addresses, eni.addresses);
  t.strictSame(record.writes('UnassignPrivateIpAddresses'), []);
});

/** Another node attaches the ENI and gives it its tags, which differ from the old ones in the instance alone. */
async function sweepWithWinner(
  t: Test,
  moment: 'beforeCall' | 'afterCall',
  action: string,
  nth: number,
  consistencyMs: number,
): Promise<void> {
  const node = await nodeFor(t, { userData: undefined, simulator: { consistencyMs } });
  const { world, record } = node.simulator;
  const eni = eniOf(world, 'gone', 'existing');
  const { instanceId } = node.node;
  const won = { ...eni.tags, ...tagsOf(instanceId, 'existing') };
  let calls = 0;
  node.hooks[moment] = (call) => {
    // Reads are counted from the first write on.
    const isCounted = call.action === action && record.writes().length > 0;
    calls += isCounted ? 1 : 0;
    if (isCounted && calls === nth) {
      attachEni(world, { eniId: eni.id, instanceId, deviceIndex: 3, networkCard: 0 });
      addTags(world, [eni.id], tagsOf(instanceId, 'existing'));
    }
  };
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  t.ok(calls >= nth);
  t.same(now(node, eni).tags, won, journal);
  t.match(journal, `${eni.id} is another node's by now`);
}

t.test('a node that claims the ENI meanwhile keeps all of its tags', async (t) => {
  for (const consistencyMs of [0, 1_500]) {
    for (const moment of ['beforeCall', 'afterCall'] as const) {
      await t.test(`${moment} the first DeleteTags, listings ${consistencyMs} ms behind`, (t) =>
        sweepWithWinner(t, moment, 'DeleteTags', 1, consistencyMs),
      );
    }
  }
  for (const consistencyMs of [0, 1_500]) {
    await t.test(`right before the rest goes, listings ${consistencyMs} ms behind: it gets it back`, (t) =>
      sweepWithWinner(t, 'beforeCall', 'DeleteTags', 2, consistencyMs),
    );
  }
  await t.test('before the look behind it', (t) =>
    sweepWithWinner(t, 'beforeCall', 'DescribeNetworkInterfaces', 1, 0),
  );
});

t.test('a node that saw the old tags before they were taken off writes all of its own', async (t) => {
  const node = await nodeFor(t, {
    userData: { cluster: 'demo', interfaces: [{ name: 'eth1', existing: { tags: { multus: 'true' } } }] },
  });
  const { world } = node.simulator;
  const eni = eniOf(world, 'gone', 'existing');
  let swept: Awaited<ReturnType<TestNode['run']>> | undefined;
  node.hooks.beforeCall = async ({ action }) => {
    if (action === 'AttachNetworkInterface') {
      swept = await sweepNow(node, '--yes');
    }
  };
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(swept?.journal, `off ${eni.id}`);
  t.same(now(node, eni).tags, tagsOf(node.node.instanceId, 'existing'));
});

t.test('tags that cannot be taken off are told', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { world, permissions } = node.simulator;
  const eni = eniOf(world, 'gone', 'existing');
  const made = eniOf(world, 'gone');
  permissions.deny('DeleteTags');
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 4, journal);
  t.match(journal, new RegExp(`cannot take the tags of i-\\w+ off ${eni.id}: .*Allow ec2:DeleteTags`));
  t.equal(world.store.findEni(made.id), undefined);
  permissions.allow('DeleteTags');
  t.equal((await sweepNow(node, '--yes')).exitCode, 0);
  t.same(now(node, eni).tags, users);
});
