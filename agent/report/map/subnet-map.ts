import { formatCount } from '../../claim/count.ts';
import { cidrsOf, type IpVersion, versionOf } from '../../claim/free.ts';
import { formatAddress, parseRange, type Range } from '../../claim/range.ts';
import type { SubnetBounds } from './bounds.ts';
import { type Cell, cellsInRow, cellsOf } from './cells.ts';
import { classify, countKinds, type Run, type SubnetUse } from './classify.ts';
import { counted } from './format.ts';
import { isHeld, type Kind, kinds, signs } from './kinds.ts';
import { windowOf } from './window.ts';
import { fragmentation, prefixesOf, unlisted, untilPods, workers } from './words.ts';

/** A subnet, ready to be drawn. */
export interface SubnetMap {
  id: string;
  zone: string;
  /** The user's text, as it is. */
  name: string | undefined;
  parts: Part[];
}

/** One of its CIDRs. */
export interface Part {
  cidr: string;
  caption: string;
  cells: Cell[];
  /** Whether a cell is one address. */
  exact: boolean;
  /** The kinds that there are, counted over the whole CIDR. */
  legend: { kind: Kind; label: string; count: bigint }[];
  sentences: string[];
}

/** What there is to draw of a subnet; `instanceId` is this node's, undefined where there is none. */
export function subnetMap(use: SubnetUse, bounds: SubnetBounds, instanceId: string | undefined): SubnetMap {
  const { subnet } = use;
  const part = (cidr: string) => {
    const own = bounds[versionOf(cidr)];
    const { within } = own;
    const runs = classify(cidr, use, own, instanceId);
    const hidden = versionOf(cidr) === 'ipv4' ? unlisted(runs, subnet.availableAddresses) : undefined;
    const sentences = [fragmentation(cidr, runs), workers(runs), untilPods(cidr, runs, own), hidden];
    return drawnPart(cidr, runs, windowOf(cidr, runs, within), sentences);
  };
  const cidrs = [...cidrsOf(subnet, 'ipv4'), ...cidrsOf(subnet, 'ipv6')];
  return { id: subnet.id, zone: subnet.zone, name: subnet.tags.Name, parts: cidrs.map(part) };
}

function drawnPart(
  cidr: string,
  runs: readonly Run[],
  window: Range,
  sentences: readonly (string | undefined)[],
): Part {
  const counts = countKinds(runs);
  const cells = cellsOf(runs, window);
  const exact = cells.every(({ first, last }) => first === last);
  return {
    cidr,
    caption: captionOf(cidr, window, cells, exact),
    cells,
    exact,
    legend: kinds
      .filter((kind) => counts.has(kind))
      .map((kind) => ({ kind, count: counts.get(kind) ?? 0n }))
      .map(({ kind, count }) => ({ kind, count, label: labelOf(kind, count, versionOf(cidr)) })),
    sentences: [outside(counts, cells, versionOf(cidr)), ...sentences].filter((each) => each !== undefined),
  };
}

function labelOf(kind: Kind, count: bigint, version: IpVersion): string {
  return kind === 'prefix' ? `delegated prefixes: ${prefixesOf(count, version)}` : signs[kind].label;
}

function captionOf(cidr: string, window: Range, cells: readonly Cell[], exact: boolean): string {
  const whole = parseRange(cidr);
  const total = lengthOf(whole);
  const drawn = lengthOf(window);
  const bits = versionOf(cidr) === 'ipv4' ? 32 : 128;
  const lengthFor = (addresses: bigint) => `a /${bits - addresses.toString(2).length + 1}`;
  const start =
    drawn === total
      ? `${cidr}: ${formatCount(total)} addresses`
      : `${cidr}: ${formatCount(total)} addresses, of which ${formatCount(drawn)} from ${formatAddress(window.first)} on are drawn`;
  if (exact) {
    return cells.length > cellsInRow ? `${start}; one a cell, ${cellsInRow} a row.` : `${start}; one a cell.`;
  }
  const each = drawn / BigInt(cells.length);
  const row = each * BigInt(cellsInRow);
  return (
    `${start}; ${formatCount(each)} a cell (${lengthFor(each)}), ${formatCount(row)} a row (${lengthFor(row)}). ` +
    "A cell's bar is how full it is, its sign what it holds most of: our workers', as soon as it has one."
  );
}

/** What ENIs hold outside the part that is drawn. */
function outside(
  counts: ReadonlyMap<Kind, bigint>,
  cells: readonly Cell[],
  version: IpVersion,
): string | undefined {
  const drawn = new Map<Kind, bigint>();
  for (const cell of cells) {
    for (const [kind, count] of cell.counts) {
      drawn.set(kind, (drawn.get(kind) ?? 0n) + count);
    }
  }
  const left = kinds
    .filter(isHeld)
    .map((kind) => ({ kind, count: (counts.get(kind) ?? 0n) - (drawn.get(kind) ?? 0n) }))
    .filter(({ count }) => count > 0n)
    .map(({ kind, count }) =>
      kind === 'prefix'
        ? `${prefixesOf(count, version)} delegated`
        : `${counted(count, 'address', 'addresses')} (${signs[kind].label})`,
    );
  return left.length === 0 ? undefined : `Not drawn: ${left.join(', ')}.`;
}

function lengthOf({ first, last }: Range): bigint {
  return last - first + 1n;
}
