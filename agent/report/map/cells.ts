import type { Range } from '../../claim/range.ts';
import type { Run } from './classify.ts';
import { isHeld, type Kind, kinds } from './kinds.ts';

/** A cell of the picture: one address, or 2^n of them. */
export interface Cell extends Range {
  kind: Kind;
  /** How many addresses of each kind it has. */
  counts: ReadonlyMap<Kind, bigint>;
  /** Which part of its addresses ENIs hold, of those that EC2 does not keep: 0 to 1. */
  full: number;
}

export const cellsInRow = 32;
/** 16 rows fit a screen beside the legend. */
const cellsAtMost = 16n * BigInt(cellsInRow);

/** The window's addresses as cells, in order; it is a CIDR's range, so that each cell is one as well. */
export function cellsOf(runs: readonly Run[], window: Range): Cell[] {
  const total = window.last - window.first + 1n;
  const each = total <= cellsAtMost ? 1n : total / cellsAtMost;
  const cells: Cell[] = [];
  let next = 0;
  for (let first = window.first; first <= window.last; first += each) {
    const last = first + each - 1n;
    while ((runs[next]?.last ?? last) < first) {
      next += 1;
    }
    const counts = new Map<Kind, bigint>();
    for (let i = next; ; i += 1) {
      const run = runs[i];
      if (run === undefined || run.first > last) {
        break;
      }
      const count = lower(run.last, last) - higher(run.first, first) + 1n;
      counts.set(run.kind, (counts.get(run.kind) ?? 0n) + count);
    }
    cells.push({ first, last, kind: kindOf(counts), counts, full: fullness(counts, each) });
  }
  return cells;
}

/**
 * What a reader looks for in a cell of many addresses: this node, then the other workers, however few; then what
 * holds most of the cell; then what most of it is free for.
 */
function kindOf(counts: ReadonlyMap<Kind, bigint>): Kind {
  const present = kinds.filter((kind) => counts.has(kind));
  const worker = present.find((kind) => kind === 'mine' || kind === 'ours');
  if (worker !== undefined) {
    return worker;
  }
  const held = present.filter(isHeld);
  return (held.length > 0 ? held : present).reduce(
    (most, kind) => ((counts.get(kind) ?? 0n) > (counts.get(most) ?? 0n) ? kind : most),
    held[0] ?? present[0] ?? 'free',
  );
}

function fullness(counts: ReadonlyMap<Kind, bigint>, size: bigint): number {
  const held = kinds.filter(isHeld).reduce((sum, kind) => sum + (counts.get(kind) ?? 0n), 0n);
  return held === 0n ? 0 : Number(held) / Number(size - (counts.get('reserved') ?? 0n));
}

function lower(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function higher(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
