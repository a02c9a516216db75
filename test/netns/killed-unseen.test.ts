import t from 'tap';
import { isRead } from '../simulator/api/buckets.ts';
import { endState } from './end-state.ts';
import { freshNode, runUntilKilled, undisturbedRun } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';

await enterNamespace(import.meta.url);

const undisturbed = await undisturbedRun(t);

/** Until the next run has waited for it for a while, EC2 shows the world as it was at that time of its clock. */
function showWorldOf(node: TestNode, at: number): void {
  const { hooks, simulator } = node;
  const { clock, settings } = simulator.world;
  Object.defineProperty(settings, 'consistencyMs', { get: () => clock.now() - at, configurable: true });
  hooks.afterCall = async ({ action }) => {
    if (isRead(action)) {
      return;
    }
    delete hooks.afterCall;
    await clock.sleep(300);
    Object.defineProperty(settings, 'consistencyMs', { value: 0 });
  };
}

for (const name of undisturbed.writes) {
  for (const since of ['before the run', 'before that call'] as const) {
    if (since === 'before that call' && name.startsWith('Create')) {
      continue;
    }
    t.test(`killed after ${name}, and EC2 shows what was ${since}`, async (t) => {
      const node = await freshNode(t, {
        simulator: { consistencyMs: 60_000 },
        // As udev names it, at once, by the link file.
        deviceName: (eni) => eni.tags['multus-bootstrap.io/interface'],
      });
      const { world } = node.simulator;
      Object.defineProperty(world.settings, 'consistencyMs', { value: 0, configurable: true });
      const began = world.clock.now();
      const { at } = await runUntilKilled(node, 'afterCall', name);
      showWorldOf(node, since === 'before the run' ? began : at - 1);
      const { exitCode, journal } = await node.run(['run']);
      t.equal(exitCode, 0, journal);
      t.strictSame(await endState(node), undisturbed.state);
    });
  }
}
