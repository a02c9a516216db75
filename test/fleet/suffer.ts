import type { FleetNode } from './node.ts';
import type { Region } from './region.ts';
import type { Later, Mishap } from './scenario/model.ts';

/** What can happen to a node, until it is up again. */
export async function suffer(
  { world, time }: Region,
  life: { node: FleetNode | undefined; instanceId: string; hasNewDisk: boolean },
  { what, pauseMs }: Mishap | Later,
): Promise<void> {
  const { node, instanceId } = life;
  node?.kill();
  if (what === 'terminate') {
    world.terminate(instanceId);
    return;
  }
  if (what === 'stop') {
    world.stop(instanceId);
  }
  if (what === 'newDisk') {
    // The root volume is replaced: that takes a minute, by which no listing is behind any more.
    await time.sleep(60_000);
    life.hasNewDisk = true;
    node?.machine.intents.clear();
    node?.machine.linkFiles.clear();
  }
  if (what !== 'kill' && what !== 'rerun') {
    node?.machine.reboot();
  }
  await time.sleep(pauseMs);
  if (what === 'stop') {
    world.start(instanceId);
  }
}
