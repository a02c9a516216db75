/** A run is killed at any of its calls, and what it leaves is released, be EC2's listings behind or not. */
import t, { type Test } from 'tap';
import { isRead } from '../simulator/api/buckets.ts';
import type { Call } from '../simulator/api/record.ts';
import { type Moment, runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { instanceTags, letLagPass, releaseNode } from './release-node.ts';
import type { TestNode } from './simulated-node.ts';
import { leavesOnly } from './trouble.ts';

await enterNamespace(import.meta.url);

const kills: [string, number][] = [
  ['CreateNetworkInterface', 1],
  ['AttachNetworkInterface', 1],
  ['AttachNetworkInterface', 2],
  ['CreateTags', 1],
  ['ModifyNetworkInterfaceAttribute', 1],
];

/** The nth call of an action. */
function nth(node: TestNode, n: number, action: string): (call: Call) => boolean {
  return (call) =>
    call.action === action &&
    node.simulator.record.calls.filter((each) => each.action === action)[n - 1] === call;
}

async function releases(t: Test, node: TestNode, before: object): Promise<void> {
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  await leavesOnly(t, node, before);
  t.same(instanceTags(node), {});
}

for (const [action, n] of kills) {
  for (const moment of ['beforeCall', 'afterCall'] as const satisfies Moment[]) {
    t.test(`killed ${moment} ${action} ${n}`, async (t) => {
      const { node, before } = await releaseNode(t, {
        simulator: { quirks: { deadToken: 'createsAnew' } },
      });
      await runUntilKilled(node, moment, nth(node, n, action));
      await letLagPass(node);
      await releases(t, node, before);
    });
  }

  t.test(`killed after ${action} ${n}, and EC2 shows the world as it was before the run`, async (t) => {
    const { node, before } = await releaseNode(t, {
      simulator: { consistencyMs: 600_000, quirks: { deadToken: 'createsAnew' } },
    });
    const { hooks, simulator } = node;
    const { clock, settings } = simulator.world;
    Object.defineProperty(settings, 'consistencyMs', { value: 0, configurable: true });
    const began = clock.now();
    await runUntilKilled(node, 'afterCall', nth(node, n, action));
    await letLagPass(node, 22);
    let catchesUpAt = Number.POSITIVE_INFINITY;
    Object.defineProperty(settings, 'consistencyMs', {
      get: () => (clock.now() < catchesUpAt ? clock.now() - began : 0),
      configurable: true,
    });
    hooks.beforeCall = ({ action }) => {
      catchesUpAt = Math.min(catchesUpAt, clock.now() + (isRead(action) ? 2_500 : 1_500));
    };
    await releases(t, node, before);
  });
}
