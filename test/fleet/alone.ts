import type { Life } from './life.ts';

/** For so long, in ms, nothing may have happened for a node to be alone: requests may be on their way for 15 s. */
const quietMs = 30_000;

/**
 * Whether nobody else has been at work since well before the node's run began, and nothing has gone wrong for it.
 *
 * @param changedAt when someone else last changed what is held in the subnet
 * @param lagMs by which listings are behind
 */
export function isAlone(life: Life, lives: readonly Life[], changedAt: number, lagMs: number): boolean {
  const { run, group } = life;
  if (run === undefined || run.faults > 0 || life.hasNewDisk) {
    return false;
  }
  // Where EC2 chooses for one interface, another of the node may meet its choice.
  if (group.config.interfaces.some((each) => each.existing === undefined && each.ipv4.mode === 'Automatic')) {
    return false;
  }
  const since = run.startedAt - lagMs - quietMs;
  const isQuiet = ({ state, since: stateSince }: Life) =>
    state === 'unborn' || ((state === 'settled' || state === 'dead') && stateSince < since);
  return (
    life.troubledAt < since && changedAt < since && lives.every((other) => other === life || isQuiet(other))
  );
}
