import { ExitCode } from '../../agent/failure.ts';
import type { Life } from './life.ts';
import type { VirtualTime } from './virtual-time.ts';

/** After so many failures in calm weather a node gives up. */
const patience = 6;
/** Between runs that time can heal, as the unit has it, in ms. */
const pause = { first: 30_000, longest: 900_000 };
const healable: readonly ExitCode[] = [ExitCode.noneFree, ExitCode.deadline, ExitCode.unreachable];

/** A node's course from its launch to its end, or until nothing more happens to it: run after run. */
export async function followCourse(life: Life, time: VirtualTime, calmAt: number): Promise<void> {
  const { arrivesAt, bootMs, mishaps, later } = life.plan;
  await time.sleep(arrivesAt);
  life.begin();
  await time.sleep(bootMs);
  const toCome = [...later];
  let failures = 0;
  while (life.isAlive) {
    const outcome = await life.attempt(mishaps[life.runs]);
    if (outcome === 'struck') {
      continue;
    }
    if (outcome === 'done') {
      const next = toCome.shift();
      if (next === undefined) {
        return;
      }
      failures = 0;
      await time.sleep(next.afterMs);
      await life.suffer(next);
      continue;
    }
    failures += 1;
    if (time.now() > calmAt && failures >= patience) {
      life.become('unserved');
      return;
    }
    // What time does not heal, someone heals when it is calm.
    const untilCalm = healable.includes(outcome) ? 0 : calmAt - time.now();
    await time.sleep(Math.max(untilCalm, Math.min(pause.first * 2 ** (failures - 1), pause.longest)));
  }
}
