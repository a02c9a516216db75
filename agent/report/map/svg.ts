import { formatCount } from '../../claim/count.ts';
import { printable, wrapped } from './format.ts';
import { isHeld, signs } from './kinds.ts';
import type { Part, SubnetMap } from './subnet-map.ts';
import { cellSize, drawGrid, gridWidth } from './svg-grid.ts';
import { escaped, looks, patterns, styleSheet } from './svg-paint.ts';

/** All in px. */
const margin = 24;
const lineHeight = 18;
const width = gridWidth + 2 * margin;
/** What fits into the width, in characters of the words' size. */
const lineLength = 100;

/** Draws something with its top at `y`. */
type Draw = (y: number) => { svg: string; height: number };

/** The subnets' pictures, one below the other, as one SVG 1.1 document on a ground of its own. */
export function mapSvg(maps: readonly SubnetMap[]): string {
  const draws = maps.flatMap((map, i) => [...(i > 0 ? [gap(32)] : []), ...drawSubnet(map)]);
  const lines: string[] = [];
  let y = margin;
  for (const draw of draws) {
    const { svg, height } = draw(y);
    lines.push(svg);
    y += height;
  }
  const height = y + margin;
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(maps.map(({ id }) => id).join(', '))}</title>`,
    `<style>${styleSheet}</style>`,
    `<defs>${patterns}</defs>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
    ...lines.filter((line) => line !== ''),
    '</svg>',
  ].join('\n')}\n`;
}

function drawSubnet({ id, zone, name, parts }: SubnetMap): Draw[] {
  const title = escaped(printable(name || id, 44));
  const rest = escaped(name ? `${id}  ${zone}` : zone);
  return [
    (y) => ({
      svg: `<text class="h" x="${margin}" y="${y + 14}">${title}<tspan class="m" dx="12">${rest}</tspan></text>`,
      height: 28,
    }),
    ...parts.flatMap((part, i) => [...(i > 0 ? [gap(24)] : []), ...drawPart(part)]),
  ];
}

function drawPart(part: Part): Draw[] {
  return [
    words(part.caption, ' class="m"'),
    gap(10),
    (y) => drawGrid(part, margin, y),
    gap(14),
    legend(part),
    gap(10),
    ...part.sentences.map((sentence) => words(sentence, '')),
  ];
}

function gap(height: number): Draw {
  return () => ({ svg: '', height });
}

function words(text: string, attributes: string): Draw {
  return (y) => {
    const lines = wrapped(text, lineLength);
    const svg = lines.map(
      (line, i) => `<text${attributes} x="${margin}" y="${y + i * lineHeight + 13}">${escaped(line)}</text>`,
    );
    return { svg: svg.join('\n'), height: lines.length * lineHeight };
  };
}

const legendColumns = 2;

/** A sample of each kind, its name and its count: down the first column, then down the next. */
function legend({ legend: entries, exact }: Part): Draw {
  const rows = Math.ceil(entries.length / legendColumns);
  const columnWidth = gridWidth / legendColumns;
  return (y) => ({
    svg: entries
      .map(({ kind, label, count }, i) => {
        const left = margin + Math.floor(i / rows) * columnWidth;
        const top = y + (i % rows) * 22;
        const { fill } = looks[kind];
        const sign = kind === 'free' ? '' : escaped(signs[kind].glyph);
        return (
          `<g class="g ${exact || !isHeld(kind) ? kind : 's'}"><rect x="${left}" y="${top}" width="${cellSize}" height="${cellSize}" fill="${fill}"/>` +
          `<text x="${left + cellSize / 2}" y="${top + 12}">${sign}</text></g>` +
          `<text x="${left + 26}" y="${top + 13}">${escaped(label)}</text>` +
          `<text class="n" x="${left + columnWidth - 60}" y="${top + 13}">${formatCount(count)}</text>`
        );
      })
      .join('\n'),
    height: rows * 22,
  });
}
