import { clearAll } from '../../agent/commands/sweep/clear.ts';
import { confirmed } from '../../agent/commands/sweep/leftover.ts';
import { look } from '../../agent/commands/sweep/look.ts';
import { createDeadline } from '../../agent/deadline.ts';
import type { Log } from '../../agent/report/log.ts';
import { Chance } from './chance.ts';
import { simulatedEc2 } from './ec2.ts';
import type { Region } from './region.ts';
import { sender } from './send.ts';

/** What `sweep --yes` does, by its own code, on an instance. Throws the first of its failures. */
export async function sweepOnce(
  region: Region,
  log: Log,
  { instanceId, intervalMs, seed }: { instanceId: string; intervalMs: number; seed: number },
): Promise<void> {
  const { time, world } = region;
  const chance = new Chance(seed);
  const random = () => chance.fraction();
  using deadline = createDeadline(time, time.now() + 1_800_000, 'the time that sweep has');
  const { signal } = deadline;
  const ec2 = simulatedEc2(region, sender(region, instanceId, random));
  const context = {
    ec2: { ...ec2, endpoint: 'https://ec2.simulated', proxy: undefined },
    clock: time,
    random,
    log,
    signal,
  };
  const viewpoint = { instanceId, accountId: world.settings.account };
  const first = await look(context, viewpoint);
  await time.sleep(intervalMs, signal);
  const failures = await clearAll(context, confirmed(first, await look(context, viewpoint)));
  if (failures.length > 0) {
    throw failures[0];
  }
}
