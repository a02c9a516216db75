import t from 'tap';
import type { Call } from '../simulator/api/record.ts';
import { endState } from './end-state.ts';
import { freshNode, letTimePass, type Moment, runUntilKilled, undisturbedRun } from './kill.ts';
import { enterNamespace } from './namespace.ts';

await enterNamespace(import.meta.url);

const undisturbed = await undisturbedRun(t);
const refusal = { code: 'AttachmentLimitExceeded', message: 'Interface count 4 exceeds the limit' };

const isCall = (action: string) => (call: Call) => call.action === action;
const isDone = (action: string) => (call: Call) => call.action === action && call.answer?.status === 200;

const moments: [string, Moment, (call: Call) => boolean][] = [
  ['before it gives anything back', 'beforeCall', isCall('DeleteNetworkInterface')],
  ['when it knows that an ENI is attached', 'afterCall', isCall('DeleteNetworkInterface')],
  ['before it detaches', 'beforeCall', isCall('DetachNetworkInterface')],
  ['while the ENI is detaching', 'afterCall', isDone('DetachNetworkInterface')],
  ['after an ENI is deleted', 'afterCall', isDone('DeleteNetworkInterface')],
];

for (const [when, moment, isIt] of moments) {
  t.test(`the attach of eth2 fails for good, and the run is killed ${when}`, async (t) => {
    const node = await freshNode(t, {
      // It has room for the primary ENI and two more.
      type: 'm5.large',
      // A token that answers with its dead ENI costs the next run half a minute, and ends no differently.
      simulator: { detachMs: 1_500, quirks: { deadToken: 'createsAnew' } },
    });
    const { faults } = node.simulator;
    faults.add({
      action: 'AttachNetworkInterface',
      match: ({ DeviceIndex }) => DeviceIndex === '2',
      kind: { error: refusal },
    });
    await runUntilKilled(node, moment, isIt);
    await letTimePass(node);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.strictSame(await endState(node), undisturbed.state);
  });
}

t.test('the attach of eth2 fails for good: all is given back, and the next run starts afresh', async (t) => {
  const node = await freshNode(t, { simulator: { quirks: { deadToken: 'createsAnew' } } });
  const { faults, world } = node.simulator;
  const before = world.enis;
  faults.add({
    action: 'AttachNetworkInterface',
    match: ({ DeviceIndex }) => DeviceIndex === '2',
    kind: { error: refusal },
  });
  const failed = await node.run(['run']);
  t.equal(failed.exitCode, 6, failed.journal);
  t.strictSame(world.enis, before);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(await endState(node), undisturbed.state);
});
