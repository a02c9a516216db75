import { escaped } from '../../../agent/report/map/svg-paint.ts';

export type Point = readonly [x: number, y: number, note?: string];

export interface Series {
  /** Its class in the style sheet. */
  kind: string;
  points: readonly Point[];
}

export interface Axis {
  scale: 'log' | 'linear';
  from: number;
  to: number;
  /** Where lines are drawn, and what is written there. */
  ticks: readonly { at: number; text: string }[];
}

interface Panel {
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}

/** Where the panel is, its title and the texts at its axes included; in px. */
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const room = { title: 28, ticks: 46, below: 24, right: 10 };

/** Lines over two axes, as SVG. */
export function linePanel({ title, x, y, series }: Panel, box: Box): string {
  const points = series.flatMap((each) => each.points);
  const left = box.left + room.ticks;
  const right = box.left + box.width - room.right;
  const top = box.top + room.title;
  const bottom = box.top + box.height - room.below;
  const xOf = (value: number) => round(left + share(x, value) * (right - left));
  const yOf = (value: number) => round(bottom - share(y, value) * (bottom - top));
  return [
    `<text class="t" x="${box.left}" y="${box.top + 14}">${escaped(title)}</text>`,
    ...x.ticks.map(
      ({ at, text }) =>
        `<path class="grid" d="M${xOf(at)} ${top}V${bottom}"/>` +
        `<text class="m c" x="${xOf(at)}" y="${bottom + 18}">${escaped(text)}</text>`,
    ),
    ...y.ticks.map(
      ({ at, text }) =>
        `<path class="grid" d="M${left} ${yOf(at)}H${right}"/>` +
        `<text class="m n" x="${left - 8}" y="${yOf(at) + 4}">${escaped(text)}</text>`,
    ),
    ...series.map(({ kind, points: own }) => {
      const line = own.map(([a, b]) => `${xOf(a)},${yOf(b)}`).join(' ');
      const dots = own.map(([a, b]) => `<circle cx="${xOf(a)}" cy="${yOf(b)}" r="4"/>`);
      return `<g class="${kind}"><polyline points="${line}"/>${dots.join('')}</g>`;
    }),
    ...points.map(([a, b, note]) => {
      // On the side where no other line is.
      const dy = points.some(([x, y]) => x === a && y > b) ? 20 : -8;
      return note === undefined
        ? ''
        : `<text class="m n o" x="${xOf(a) - 8}" y="${yOf(b) + dy}">${escaped(note)}</text>`;
    }),
  ].join('\n');
}

function share({ scale, from, to }: Axis, value: number): number {
  return scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}
