/** At its limit, an instance that is losing an ENI has room as soon as that is gone. */
import t from 'tap';
import { attachEni, detachEni } from '../simulator/model/attachments.ts';
import { claiming, isWhole, premade } from './existing.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { twoInterfaces } from './simulated-node.ts';
import { errorsOf, fails, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('another ENI is detaching: the attach waits for it', async (t) => {
  const node = await nodeFor(t, {
    type: 'm5.large',
    userData: twoInterfaces,
    simulator: { detachMs: 4_000 },
  });
  const { world } = node.simulator;
  const { id: eniId } = premade(world);
  const { id } = attachEni(world, {
    eniId,
    instanceId: node.node.instanceId,
    deviceIndex: 1,
    networkCard: 0,
  });
  detachEni(world, id);
  await succeeds(t, node);
  t.ok(errorsOf(node, 'AttachNetworkInterface').includes('AttachmentLimitExceeded'));
});

t.test('none is: the limit is final', async (t) => {
  const node = await nodeFor(t, { userData: twoInterfaces });
  node.simulator.faults.add({
    action: 'AttachNetworkInterface',
    kind: { error: { code: 'AttachmentLimitExceeded', message: 'Interface count 4 exceeds the limit' } },
  });
  await fails(t, node, { exitCode: 6, message: ['AttachmentLimitExceeded'] });
  t.equal(errorsOf(node, 'AttachNetworkInterface').length, 1);
});

t.test('a run that was killed while it handed back, and the next one', async (t) => {
  const node = await nodeFor(t, {
    type: 'm5.large',
    // Both may have been on their way out, and one ENI is all that is left meanwhile.
    userData: { interfaces: [claiming('eth1', {}, '20s'), claiming('eth2', {}, '20s')] },
    simulator: { detachMs: 3_000 },
    world(world) {
      premade(world);
      premade(world);
      premade(world);
    },
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  await runUntilKilled(node, 'afterCall', ({ action }) => action === 'DetachNetworkInterface', 'release');
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  await isWhole(t, node);
  await isWhole(t, node, 'eth2');
});
