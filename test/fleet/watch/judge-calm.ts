import type { Move } from './judge.ts';
import type { Outage } from './outages.ts';
import type { Mishap, WatchPlan } from './plan.ts';

/** Those of which the node itself knows before they come: it hands over, and nobody waits. */
const foretold: readonly Mishap[] = ['cleanStop', 'cleanReboot', 'drain'];

/** For a dead node, and for one that hands over, in ms beside EC2's convergence and its answers. */
const boundMs = { dead: 7_000, foretold: 1_000 };

/** How many calls to EC2 follow each other until an address has moved. */
const callsInTurn = { dead: 5, foretold: 2 };

/** What is amiss in a calm world once it is over: one mishap is to be one move at most, and that in time. */
export function calmFault(
  plan: WatchPlan,
  { moves, outages, couldMove }: { moves: readonly Move[]; outages: readonly Outage[]; couldMove: boolean },
): string | undefined {
  const [mishap] = plan.mishaps;
  for (const address of plan.addresses) {
    const own = moves.filter((each) => each.address === address);
    if (own.length > 1) {
      return `${address} has moved ${own.length} times, for one ${mishap?.what}`;
    }
    if (own.length > 0 && mishap === undefined) {
      return `${address} has moved, for nothing`;
    }
  }
  const isForetold = mishap !== undefined && foretold.includes(mishap.what);
  const kind = isForetold ? 'foretold' : 'dead';
  const most = boundMs[kind] + plan.network.convergenceMs + callsInTurn[kind] * 1.3 * plan.ec2.latencyMs;
  const late = couldMove ? outages.find(({ ms }) => ms > most) : undefined;
  return late && `nobody serves ${late.address} for ${late.ms} ms, after one ${late.after}`;
}
