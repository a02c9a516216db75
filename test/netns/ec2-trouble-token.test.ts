/** A client token outlives its ENI. */
import t from 'tap';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';
import { eth1, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

/** An earlier run was killed between create and attach, and someone has deleted its ENI since. Answers its id. */
async function leaveDeadToken(node: TestNode): Promise<string> {
  await runUntilKilled(node, 'beforeCall', ({ action }) => action === 'AttachNetworkInterface');
  const [id = ''] = node.enis().map((eni) => eni.id);
  node.simulator.world.deleteEni(id);
  return id;
}

t.test('a token whose ENI has been deleted', async (t) => {
  for (const deadToken of ['createsAnew', 'answersWithDeadEni'] as const) {
    await t.test(deadToken, async (t) => {
      const node = await nodeFor(t, { userData: eth1({}, '60s'), simulator: { quirks: { deadToken } } });
      const dead = await leaveDeadToken(node);
      const { interfaces } = await succeeds(t, node);
      t.match(interfaces, [{ address: '10.0.4.4' }]);
      t.not(interfaces[0]?.eniId, dead);
    });
  }
});
