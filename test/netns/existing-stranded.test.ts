/** No tags of a claim are stranded on an ENI made beforehand, wherever its untagging ends. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import {
  attachedTo,
  claiming,
  claimingNode,
  isWhole,
  noManage,
  now,
  reconfigure,
  selection,
} from './existing.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';

await enterNamespace(import.meta.url);

/** What is left of a claim: `no_manage` alone. */
const asMade = { ...selection, Name: 'terraform', ...noManage };
const throttle = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };

t.test('the look behind the first DeleteTags is throttled: the rest goes all the same', async (t) => {
  const { node, eni } = await claimingNode(t, {
    userData: { interfaces: [claiming(), claiming('eth2')] },
    count: 2,
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  const eth2 = (await isWhole(t, node, 'eth2')) ?? eni;
  const { world, faults, record } = node.simulator;
  await node.hooks.detached?.(now(node, eth2), world.instance(node.node.instanceId));
  world.store.setEni({ ...now(node, eth2), attachment: undefined });
  reconfigure(node, { interfaces: [claiming()] });
  record.clear();
  faults.add({
    action: 'DescribeNetworkInterfaces',
    match: () => record.writes('DeleteTags').length === 1,
    kind: { error: throttle },
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, `eth2: handed back ${eth2.id}`);
  t.strictSame(now(node, eth2).tags, asMade);
});

t.test('a release of one that another hand has attached, killed at each of its writes', async (t) => {
  for (const [what, action, nth] of [
    ['behind the first DeleteTags', 'DeleteTags', 1],
    ['behind the second DeleteTags', 'DeleteTags', 2],
    ['behind the detach', 'DetachNetworkInterface', 1],
  ] as const) {
    await t.test(what, async (t) => {
      const { node, eni } = await claimingNode(t, {
        world: (world) => {
          for (const each of world.enis) {
            world.store.setEni({ ...each, tags: asMade }, Number.NEGATIVE_INFINITY);
          }
        },
      });
      const { world, record } = node.simulator;
      const { instanceId } = node.node;
      attachEni(world, { eniId: eni.id, instanceId, deviceIndex: 1, networkCard: 0 });
      t.equal((await node.run(['run'])).exitCode, 0);
      t.equal((await isWhole(t, node))?.id, eni.id);
      record.clear();
      await runUntilKilled(
        node,
        'afterCall',
        (call) => call.action === action && record.writes(action)[nth - 1] === call,
        'release',
      );
      const { exitCode, journal } = await node.run(['release']);
      t.equal(exitCode, 0, journal);
      t.strictSame(attachedTo(node), []);
      t.strictSame(now(node, eni).tags, asMade);
    });
  }
});

t.test('without its files, what tags are left tell a release of an ENI that is attached', async (t) => {
  const { node, eni } = await claimingNode(t);
  t.equal((await node.run(['run'])).exitCode, 0);
  await runUntilKilled(node, 'afterCall', ({ action }) => action === 'DeleteTags', 'release');
  t.match(now(node, eni).tags, { 'multus-bootstrap.io/existing': 'true' });
  await rm(join(node.root, 'var/lib/multus-bootstrap'), { recursive: true });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  t.strictSame(attachedTo(node), []);
  t.strictSame(now(node, eni).tags, asMade);
});
