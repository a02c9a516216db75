/** An ENI that a release has let go, and another node has claimed since, keeps that node's tags. */
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import { addTags } from '../simulator/model/tags.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { booted, releaseNode } from './release-node.ts';
import { subnets } from './simulated-node.ts';
import { tagsOf } from './sweep-world.ts';

await enterNamespace(import.meta.url);

t.test('a release is killed behind the detach, and EC2 shows the next one what was before it', async (t) => {
  const { node, premade } = await releaseNode(t, { simulator: { consistencyMs: 600_000 } });
  const { world } = node.simulator;
  const { clock, settings } = world;
  Object.defineProperty(settings, 'consistencyMs', { value: 0, configurable: true });
  await booted(t, node);
  const eniId = premade()?.id ?? '';
  const attachmentId = premade()?.attachment?.id;
  const began = clock.now();
  await runUntilKilled(
    node,
    'afterCall',
    ({ action, params }) => action === 'DetachNetworkInterface' && params['AttachmentId'] === attachmentId,
    'release',
  );
  const { instanceId } = await node.simulator.launch({ type: 'm5.large', subnetId: subnets.primary });
  attachEni(world, { eniId, instanceId, deviceIndex: 1, networkCard: 0 });
  addTags(world, [eniId], tagsOf(instanceId, 'existing', 'eth2'));
  const won = premade();

  const catchesUpAt = clock.now() + 3_000;
  Object.defineProperty(settings, 'consistencyMs', {
    get: () => (clock.now() < catchesUpAt ? clock.now() - began : 0),
  });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  t.same(premade(), won, journal);
  t.same(node.enis(), []);
});
