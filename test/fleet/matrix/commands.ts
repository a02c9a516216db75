import { leftOf } from '../../../agent/commands/release/left.ts';
import { observe } from '../../../agent/commands/release/observe.ts';
import { releaseAll } from '../../../agent/commands/release.ts';
import { attachAll } from '../../../agent/commands/run/attach-all.ts';
import { tagInstance } from '../../../agent/commands/run/boot.ts';
import type { RunContext } from '../../../agent/commands/run/context.ts';
import { newProgress } from '../../../agent/commands/run/progress.ts';
import { clearAll } from '../../../agent/commands/sweep/clear.ts';
import { confirmed } from '../../../agent/commands/sweep/leftover.ts';
import { look } from '../../../agent/commands/sweep/look.ts';
import { combine } from '../../../agent/failure.ts';
import type { FleetNode } from '../node.ts';
import type { Command } from './stage.ts';

/** Between the looks of `sweep`, in ms: the least that it allows. */
const intervalMs = 30_000;

/** `run`, but for IMDS, the configuration and kubelet's files. */
export const run: Command = (node, joined) =>
  inProcess(node, async (context) => {
    const progress = newProgress();
    const deferred = () => progress.ready.map((each) => each.deleteOnTermination.done);
    try {
      await attachAll(context, progress, { cardEnis: undefined });
      joined();
      await Promise.all([progress.leftovers, tagInstance(context), ...deferred()]);
    } finally {
      await progress.leftovers;
      await Promise.allSettled(deferred());
    }
  });

/** `release`, likewise. */
export const release: Command = (node) =>
  inProcess(node, async (context) => {
    const seen = await observe(context, Promise.resolve([...node.machine.linkFiles.keys()]));
    throwAll(await releaseAll(context, leftOf(seen), seen.enis));
  });

/** `sweep --yes`, likewise. */
export const sweep: Command = (node) =>
  inProcess(node, async (context) => {
    const viewpoint = { instanceId: node.instanceId, accountId: '123456789012' };
    const first = await look(context, viewpoint);
    if (first.length > 0) {
      await context.clock.sleep(intervalMs);
      throwAll(await clearAll(context, confirmed(first, await look(context, viewpoint))));
    }
  });

function inProcess(node: FleetNode, work: (context: RunContext) => Promise<void>): Promise<void> {
  const { process, deadline, context } = node.begin();
  return process.alive(async () => {
    try {
      await work(context);
    } finally {
      deadline[Symbol.dispose]();
    }
  });
}

function throwAll(failures: readonly unknown[]): void {
  if (failures.length > 0) {
    throw combine(failures);
  }
}
