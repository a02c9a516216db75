import { type Cell, cellsInRow } from './cells.ts';
import { counted, formatRange } from './format.ts';
import { isHeld, type Kind, kinds, signs } from './kinds.ts';
import type { Part } from './subnet-map.ts';
import { escaped, looks } from './svg-paint.ts';
import { rowLabel } from './text.ts';

/** All in px. */
const labelWidth = 124;
const pitch = 18;
export const cellSize = 16;
/** After half a row, which is a /28 where a cell is one address. */
const blockGap = 8;
export const gridWidth = labelWidth + cellsInRow * pitch + blockGap;

/** A part's cells, with its rows' labels; runs of one kind are one group, with a tooltip. */
export function drawGrid({ cells, exact }: Part, x: number, y: number): { svg: string; height: number } {
  const rows = Math.ceil(cells.length / cellsInRow);
  const labels = Array.from({ length: rows }, (_, row) => {
    const label = escaped(rowLabel(cells[row * cellsInRow]));
    return `<text class="a" x="${x + labelWidth - 12}" y="${y + row * pitch + 12}">${label}</text>`;
  });
  const bands = bandsOf(cells).map((band) => drawBand(band, exact, x + labelWidth, y));
  return { svg: [...labels, ...bands].join('\n'), height: rows * pitch };
}

/** A cell and its number. */
interface Placed {
  cell: Cell;
  index: number;
}

/** Runs of cells of one kind. */
function bandsOf(cells: readonly Cell[]): { kind: Kind; placed: Placed[] }[] {
  const bands: { kind: Kind; placed: Placed[] }[] = [];
  for (const [index, cell] of cells.entries()) {
    const last = bands.at(-1);
    if (last?.kind === cell.kind) {
      last.placed.push({ cell, index });
    } else {
      bands.push({ kind: cell.kind, placed: [{ cell, index }] });
    }
  }
  return bands;
}

function drawBand(
  { kind, placed }: { kind: Kind; placed: Placed[] },
  exact: boolean,
  x: number,
  y: number,
): string {
  const { fill, pale } = looks[kind];
  const at = (index: number) => {
    const column = index % cellsInRow;
    return {
      left: x + column * pitch + (column < cellsInRow / 2 ? 0 : blockGap),
      top: y + Math.floor(index / cellsInRow) * pitch,
    };
  };
  const box = (index: number, height: number) => {
    const { left, top } = at(index);
    return `M${left} ${top + cellSize - height}h${cellSize}v${height}h-${cellSize}z`;
  };
  const whole = placed.map(({ index }) => box(index, cellSize)).join('');
  // However little is held, it is seen.
  const bars = placed
    .map(({ cell, index }) => box(index, Math.max(2, Math.round(cell.full * cellSize))))
    .join('');
  const isSummed = !exact && isHeld(kind);
  // Behind a sign a bar is hard to read: a run has one in each of its rows.
  const signed = isSummed ? placed.filter(({ index }, i) => i === 0 || index % cellsInRow === 0) : placed;
  const sign = escaped(signs[kind].glyph);
  const letters = signed.map(
    ({ index }) => `<text x="${at(index).left + cellSize / 2}" y="${at(index).top + 12}">${sign}</text>`,
  );
  return [
    `<g class="g ${isSummed ? 's' : kind}"><title>${escaped(tooltip(placed))}</title>`,
    `<path fill="${isSummed ? pale : fill}" d="${whole}"/>`,
    ...(isSummed ? [`<path fill="${fill}" d="${bars}"/>`] : []),
    ...(kind === 'free' ? [] : letters),
    '</g>',
  ].join('');
}

function tooltip(placed: readonly Placed[]): string {
  const counts = new Map<Kind, bigint>();
  for (const { cell } of placed) {
    for (const [kind, count] of cell.counts) {
      counts.set(kind, (counts.get(kind) ?? 0n) + count);
    }
  }
  const range = { first: placed[0]?.cell.first ?? 0n, last: placed.at(-1)?.cell.last ?? 0n };
  const held = kinds
    .filter((kind) => counts.has(kind))
    .map((kind) => `${counted(counts.get(kind) ?? 0n, 'address', 'addresses')}: ${signs[kind].label}`);
  return [formatRange(range), ...held].join('\n');
}
