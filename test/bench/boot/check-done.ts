import { devices } from '../../netns/devices.ts';
import type { BenchNode } from './node.ts';

/** Throws unless the node has its two interfaces, whoever attached them: a run that did half the job is no measure. */
export async function checkDone({ simulator, node }: BenchNode): Promise<void> {
  const links = await devices();
  const done = simulator.world.store.attachedEnis(node.instanceId).filter(({ mac, attachment }) => {
    const isUp = links.some((link) => link.mac === mac && link.up);
    return isUp && attachment?.deviceIndex !== 0 && attachment?.deleteOnTermination;
  });
  if (done.length !== 2) {
    throw new Error(`${done.length} of 2 interfaces are attached for good, and up`);
  }
}
