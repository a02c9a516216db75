import { interfaces, type Surroundings } from '../../fleet/scale-up/surroundings.ts';
import { type ScaleUp, type ScaleUpResult, scaleUp } from '../../fleet/scale-up.ts';
import { bucketFloorMs, chainMs, neededCalls } from './floor.ts';

export const sizes = [1, 10, 50, 200, 1_000] as const;

/** A scale-up to be measured. */
export interface Case {
  nodes: number;
  arrival: ScaleUp['arrival'];
  by: 'agent' | 'Lambda';
  /** What is less kind in its surroundings, in words. */
  world?: string;
  surroundings?: Partial<Surroundings>;
}

/** What one run of it came to. */
export interface Run {
  succeeded: number;
  /** Nodes that died count neither here nor there. */
  failed: number;
  /** Creates that EC2 carried out or refused, for each ENI of a node that succeeded; and those that it throttled. */
  createsPerEni: number;
  throttledPerEni: number;
  /** All calls, without those that were throttled, and with them. */
  callsPerNode: number;
  triesPerNode: number;
  /** Of the highest address above the densest packing: in addresses, and as a part of those claimed. */
  excess: number;
  excessShare: number;
  lastGateMs: number;
  /** The buckets' floor, or if that is less, one node's chain; trickling: the last start and its chain. */
  floorMs: number;
  /** The buckets' floor, and one node's chain on top. */
  floorAndChainMs: number;
}

/** Several runs, each with a seed of its own; the largest take long. */
export async function runCase(each: Case): Promise<Run[]> {
  const seeds = each.nodes > 500 ? (each.arrival === 'at once' && each.by === 'agent' ? 2 : 1) : 5;
  const needed = await neededCalls(each.surroundings ?? {});
  const runs: Run[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    runs.push(runOf(each, await scaleUp({ ...each, seed }), needed));
  }
  return runs;
}

function runOf(each: Case, result: ScaleUpResult, needed: ReadonlyMap<string, number>): Run {
  const { up, failures, calls, throttled, packing, lastGateMs } = result;
  const nodes = up.length + failures.length;
  const enis = interfaces * up.length;
  const creates = 'CreateNetworkInterface';
  const starts = up.map(({ startedAt }) => startedAt);
  const span = each.arrival === 'trickling' ? Math.max(...starts) - Math.min(...starts) : 0;
  const bucketsMs = bucketFloorMs(needed, each.nodes, each.surroundings ?? {});
  const floorAndChainMs = Math.max(bucketsMs, span) + chainMs;
  return {
    succeeded: up.length,
    failed: failures.length,
    createsPerEni: (calls[creates] ?? 0) / enis,
    throttledPerEni: (throttled[creates] ?? 0) / enis,
    callsPerNode: sum(calls) / nodes,
    triesPerNode: (sum(calls) + sum(throttled)) / nodes,
    excess: packing.excess,
    excessShare: packing.share,
    lastGateMs,
    floorMs: span > 0 ? floorAndChainMs : Math.max(bucketsMs, chainMs),
    floorAndChainMs,
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
