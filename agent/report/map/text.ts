import { formatCount } from '../../claim/count.ts';
import { formatAddress } from '../../claim/range.ts';
import { type Cell, cellsInRow } from './cells.ts';
import { printable, wrapped } from './format.ts';
import { isHeld, type Kind, signs } from './kinds.ts';
import type { Part, SubnetMap } from './subnet-map.ts';

/** As wide as any terminal. */
const width = 80;
/** The longest IPv4 address. */
const labelWidth = 15;
/** A gap after half a row parts /28 blocks where a cell is one address; where it has a bar, no column is left. */
const blockCells = 16;
/** How full a cell is: from some to whole. */
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Foreground, and for what is held background, by the terminal's own 16 colours. */
const colours: Readonly<Record<Kind, string>> = {
  mine: '97;41',
  ours: '97;44',
  other: '30;46',
  nodePort: '30;42',
  secondary: '30;43',
  prefix: '30;45',
  reserved: '90',
  explicit: '32',
  prefixReservation: '35',
  forNodePort: '92',
  podRange: '33',
  within: '94',
  free: '90',
};

/** Of the bars of what is held: their signs' background. */
const barColours: Partial<Readonly<Record<Kind, string>>> = {
  mine: '31',
  ours: '34',
  other: '36',
  nodePort: '32',
  secondary: '33',
  prefix: '35',
};

/** The subnets' pictures for a terminal, in at most 80 columns; without colour, no escape sequence at all. */
export function mapText(maps: readonly SubnetMap[], colour: boolean): string {
  const paint: Paint = (text, code) =>
    colour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  return `${maps.map((map) => subnetLines(map, paint).join('\n')).join('\n\n')}\n`;
}

/** The text in a colour. */
type Paint = (text: string, code: string | undefined) => string;

function subnetLines({ id, zone, name, parts }: SubnetMap, paint: Paint): string[] {
  const start = `${id}  ${zone}  `;
  const heading = `${start}${printable(name ?? '', width - start.length)}`.trimEnd();
  return [heading, ...parts.flatMap((part, i) => [...(i > 0 ? [''] : []), ...partLines(part, paint)])];
}

function partLines(part: Part, paint: Paint): string[] {
  return [
    ...wrapped(part.caption, width),
    '',
    ...gridLines(part, paint),
    '',
    ...legendLines(part, paint),
    '',
    ...part.sentences.flatMap((sentence) => wrapped(sentence, width)),
  ];
}

function gridLines({ cells, exact }: Part, paint: Paint): string[] {
  const rows = Math.ceil(cells.length / cellsInRow);
  return Array.from({ length: rows }, (_, row) => {
    const inRow = cells.slice(row * cellsInRow, (row + 1) * cellsInRow);
    const blocks = [inRow.slice(0, blockCells), inRow.slice(blockCells)].filter((block) => block.length > 0);
    const drawn = blocks.map((block) =>
      block.map((cell, i) => drawCell(cell, exact, i, block, paint)).join(''),
    );
    return `${rowLabel(inRow[0]).padStart(labelWidth)} ${drawn.join(exact ? ' ' : '')}`.trimEnd();
  });
}

/** Two columns a cell but for the last of a block: its sign, and where a cell is many addresses, how full it is. */
function drawCell(cell: Cell, exact: boolean, index: number, block: readonly Cell[], paint: Paint): string {
  const { kind, full } = cell;
  const { glyph } = signs[kind];
  if (!exact) {
    return paint(glyph, colours[kind]) + paint(bar(full), barColours[kind]);
  }
  const next = block[index + 1];
  const isBand = next?.kind === kind && isHeld(kind);
  return isBand ? paint(`${glyph} `, colours[kind]) : `${paint(glyph, colours[kind])} `;
}

function bar(full: number): string {
  if (full === 0) {
    return ' ';
  }
  // Only what is whole looks whole.
  const eighths =
    full === 1 ? bars.length : Math.min(bars.length - 1, Math.max(1, Math.round(full * bars.length)));
  return bars[eighths - 1] ?? '';
}

/** The row's first address; of IPv6 its last group, which is all that differs within a window. */
export function rowLabel(cell: Cell | undefined): string {
  const first = cell?.first ?? 0n;
  return first < 1n << 32n ? formatAddress(first) : `…:${(first & 0xffffn).toString(16)}`;
}

function legendLines({ legend }: Part, paint: Paint): string[] {
  const entries = legend.map(
    ({ kind, label, count }) =>
      `  ${paint(signs[kind].glyph, colours[kind])} ${label.padEnd(30)}${formatCount(count).padStart(6)}`,
  );
  const rows = Math.ceil(entries.length / 2);
  return Array.from({ length: rows }, (_, row) => (entries[row] ?? '') + (entries[row + rows] ?? ''));
}
