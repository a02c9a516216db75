/** A release, or the run before it, is killed at any of its calls: another release leaves nothing behind. */
import t, { type Test } from 'tap';
import { isRead } from '../simulator/api/buckets.ts';
import type { Call } from '../simulator/api/record.ts';
import { type Moment, NotKilled, runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import { booted, instanceTags, letLagPass, releaseNode } from './release-node.ts';
import type { NodeOptions, TestNode } from './simulated-node.ts';
import { leavesOnly } from './trouble.ts';

await enterNamespace(import.meta.url);

// A token that answers with its dead ENI costs half a minute, and ends no differently.
const simulator = { detachMs: 150, quirks: { deadToken: 'createsAnew' } } as const;

/** The nth call of an action, from now on. */
function nth(node: TestNode, n: number, action: string): (call: Call) => boolean {
  node.simulator.record.clear();
  return (call) =>
    call.action === action &&
    node.simulator.record.calls.filter((each) => each.action === action)[n - 1] === call;
}

function momentsOf(action: string): readonly Moment[] {
  return isRead(action) ? ['afterCall'] : ['beforeCall', 'afterCall'];
}

async function releases(t: Test, node: TestNode, before: object): Promise<void> {
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  await leavesOnly(t, node, before);
  t.same(instanceTags(node), {});
}

async function nodeToKill(t: Test, options: NodeOptions = {}) {
  return releaseNode(t, { simulator, ...options });
}

t.test('killed at each call', async (t) => {
  let actions: string[] = [];
  await t.test('which are', async (t) => {
    const { node } = await nodeToKill(t);
    await booted(t, node);
    node.simulator.record.clear();
    const { exitCode, journal } = await node.run(['release']);
    t.equal(exitCode, 0, journal);
    actions = node.simulator.record.calls.map(({ action }) => action);
  });
  for (const action of new Set(actions)) {
    for (const moment of momentsOf(action)) {
      for (let n = 1; n <= actions.filter((each) => each === action).length; n += 1) {
        await t.test(`${moment} ${action} ${n}`, async (t) => {
          const { node, before } = await nodeToKill(t);
          await booted(t, node);
          await runUntilKilled(node, moment, nth(node, n, action), 'release').catch((error: unknown) => {
            // How often it looks whether an ENI is detached differs from run to run.
            if (!(error instanceof NotKilled && action === 'DescribeNetworkInterfaces')) {
              throw error;
            }
          });
          await letLagPass(node);
          await releases(t, node, before);
          await booted(t, node);
        });
      }
    }
  }
});

t.test('killed at one release after the other', async (t) => {
  const { node, before } = await nodeToKill(t);
  await booted(t, node);
  const kills: [Moment, string][] = [
    ['beforeCall', 'DeleteTags'],
    ['afterCall', 'DeleteTags'],
    ['beforeCall', 'DetachNetworkInterface'],
    ['afterCall', 'DetachNetworkInterface'],
    ['beforeCall', 'DeleteNetworkInterface'],
  ];
  for (const [moment, action] of kills) {
    await runUntilKilled(node, moment, nth(node, 1, action), 'release');
  }
  await letLagPass(node);
  await releases(t, node, before);
});
