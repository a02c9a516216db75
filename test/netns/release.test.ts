/** `release` takes back what `run` did, whatever is in its way. */
import { rm } from 'node:fs/promises';
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import { unplug } from './devices.ts';
import { gateOf } from './kubelet-side.ts';
import { enterNamespace } from './namespace.ts';
import { booted, instanceTags, isAbsent, premadeTags, releaseNode } from './release-node.ts';
import { subnets } from './simulated-node.ts';
import { eth1, leavesOnly, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('after a run, a release leaves what was there before, and a run starts afresh', async (t) => {
  const { node, before } = await releaseNode(t, { simulator: { detachMs: 300 } });
  await booted(t, node);
  t.same(instanceTags(node), { multus: 'attached' });
  const { exitCode, journal, stdout } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  t.equal(stdout, '');
  t.notMatch(journal, /warn: cannot|trying again/);
  await leavesOnly(t, node, before);
  t.same(instanceTags(node), {});
  t.equal(await gateOf(node), 'closed');
  await isAbsent(t, node, 'run/multus-bootstrap/result.json');
  for (const line of [
    /closed the gate/,
    /removed \S+60-multus-bootstrap\.yaml/,
    /removed \S+result\.json/,
    /eth1: gave back eni-\w+/,
    /eth2: handed back eni-\w+/,
    /eth1: removed its link files/,
    /eth2: removed its intent/,
    /released in \d+\.\d s: interfaces: eth1, eth2; EC2 calls: \d+$/,
  ]) {
    t.match(journal, line);
  }

  node.simulator.record.clear();
  const again = await node.run(['release']);
  t.equal(again.exitCode, 0, again.journal);
  t.match(again.journal, /nothing to release$/);
  t.same(
    node.simulator.record.writes().map(({ action }) => action),
    ['DeleteTags'],
    'but for the tags of the instance, which may have been left',
  );
  await booted(t, node);
  t.match(node.enis(), [{ addresses: ['10.0.4.5'] }, { addresses: ['10.0.5.9'] }]);
});

t.test('nothing to release is told in one line', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0);
  t.match(journal, /^\s*\d+\.\d+s {2}nothing to release$/);
  t.same(node.simulator.record.writes(), []);
});

t.test(
  'an ENI made beforehand keeps its tags, and no_manage, without which the VPC CNI would take it',
  async (t) => {
    const { node, premade } = await releaseNode(t, {}, premadeTags);
    await booted(t, node);
    const { exitCode, journal } = await node.run(['release']);
    t.equal(exitCode, 0, journal);
    t.same(premade()?.tags, { ...premadeTags, 'node.k8s.amazonaws.com/no_manage': 'true' });
    t.equal(premade()?.attachment, undefined);
    t.same(node.simulator.record.writes('DeleteNetworkInterface').length > 0, true);
    t.ok(
      node.simulator.record
        .writes('DeleteNetworkInterface')
        .every(({ params }) => params['NetworkInterfaceId'] !== premade()?.id),
      'no delete of it is ever tried',
    );
  },
);

t.test('without a configuration that can be read, tags and intents are enough', async (t) => {
  const { node, before } = await releaseNode(t);
  await booted(t, node);
  const { world } = node.simulator;
  const instance = world.instance(node.node.instanceId);
  world.instances.set(instance.id, {
    ...instance,
    userData: Buffer.from('apiVersion: multus-bootstrap.io/v9\n'),
  });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  t.match(journal, /warn: going on without the configuration.*tags of the instance stay/);
  await leavesOnly(t, node, before);
});

t.test('without its files, tags in EC2 are enough', async (t) => {
  const { node, before } = await releaseNode(t);
  await booted(t, node);
  await rm(`${node.root}/var/lib/multus-bootstrap`, { recursive: true });
  await rm(`${node.root}/run/multus-bootstrap`, { recursive: true });
  t.equal((await node.run(['release'])).exitCode, 0);
  await leavesOnly(t, node, before);
});

t.test('while listings are behind', async (t) => {
  const { node, before } = await releaseNode(t, { simulator: { consistencyMs: 3_000, detachMs: 500 } });
  await booted(t, node);
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  await leavesOnly(t, node, before);
});

t.test('files of interfaces that nothing else names', async (t) => {
  const { node, before } = await releaseNode(t);
  await booted(t, node);
  const { world } = node.simulator;
  const [made] = node.enis();
  await rm(`${node.root}/var/lib/multus-bootstrap/eth1.json`);
  world.deleteEni(made?.id ?? '');
  await unplug(made?.mac ?? '');
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  await leavesOnly(t, node, before);
});

t.test('what is not this instance’s to give back stays', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  await succeeds(t, node);
  const { world } = node.simulator;
  const [made] = node.enis();
  const tags = made?.tags ?? {};
  const neighbour = await node.simulator.launch({ type: 'm5.large', subnetId: subnets.primary });
  const moved = world.addEni({ subnetId: subnets.b, tags });
  attachEni(world, { eniId: moved.id, instanceId: neighbour.instanceId, deviceIndex: 1, networkCard: 0 });
  const other = world.addEni({
    subnetId: subnets.b,
    tags: { ...tags, 'multus-bootstrap.io/instance-id': 'i-0000abcd' },
  });
  const untagged = world.addEni({ subnetId: subnets.b, tags: { Name: 'mine' } });
  attachEni(world, { eniId: untagged.id, instanceId: node.node.instanceId, deviceIndex: 2, networkCard: 0 });
  world.store.setEni({ ...world.store.eni(node.node.primaryEni.id), tags });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  t.match(
    journal,
    new RegExp(`warn: ${moved.id} has the tags of this instance and is attached to ${neighbour.instanceId}`),
  );
  const left = world.enis.map(({ id }) => id);
  t.ok([moved, other, untagged, node.node.primaryEni].every(({ id }) => left.includes(id)));
  t.notOk(left.includes(made?.id ?? ''));
  t.equal(world.store.eni(untagged.id).attachment?.instanceId, node.node.instanceId);
});
