import { median, rounded } from '../statistics.ts';
import type { Case, Run } from './case.ts';

/** A case and its runs. */
export interface Measured extends Case {
  runs: readonly Run[];
}

export const runColumns = [
  'runs',
  'succeeded',
  'creates/ENI',
  'throttled/ENI',
  'calls/node',
  'tries/node',
  'excess',
  'excess %',
  'last gate s',
  'floor s',
  'to floor',
  'worst',
  'to floor and chain',
];

/** Medians; of the nodes that succeeded the fewest, of the packing and where the title says so the worst. */
export function runCells({ runs, by }: Measured): (string | number)[] {
  const middle = (read: (run: Run) => number, decimals: number) => rounded(median(runs.map(read)), decimals);
  const ratios =
    by === 'agent' ? [middle(toFloor, 3), worst(runs, toFloor, 3), middle(toChain, 3)] : ['', '', ''];
  return [
    runs.length,
    fewest(runs),
    middle((run) => run.createsPerEni, 3),
    middle((run) => run.throttledPerEni, 1),
    middle((run) => run.callsPerNode, 1),
    middle((run) => run.triesPerNode, 1),
    worst(runs, (run) => run.excess),
    worst(runs, (run) => 100 * run.excessShare, 1),
    middle((run) => run.lastGateMs / 1000, 1),
    middle((run) => run.floorMs / 1000, 1),
    ...ratios,
  ];
}

export function toFloor({ lastGateMs, floorMs }: Run): number {
  return lastGateMs / floorMs;
}

export function toChain({ lastGateMs, floorAndChainMs }: Run): number {
  return lastGateMs / floorAndChainMs;
}

export function worst(runs: readonly Run[], read: (run: Run) => number, decimals = 0): number {
  return rounded(Math.max(...runs.map(read)), decimals);
}

export function fewest(runs: readonly Run[]): number {
  return Math.min(...runs.map(({ succeeded }) => succeeded));
}
