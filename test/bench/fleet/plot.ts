import type { Report } from '../report.ts';
import { sizes } from './case.ts';
import { type Axis, linePanel, type Point, type Series } from './line-panel.ts';

/** All in px. */
const margin = 24;
const width = 760;
const inner = width - 2 * margin;
const tall = 280;
const low = 220;
const half = (inner - margin) / 2;
const height = margin + 66 + tall + 16 + low + margin;

const styleSheet = [
  "text{font-family:-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2328}",
  '.h{font-weight:bold;font-size:16px}.t{font-weight:bold}.m{fill:#59636e}.c{text-anchor:middle}.n{text-anchor:end}',
  '.o{stroke:#ffffff;stroke-width:4px;paint-order:stroke;stroke-linejoin:round}',
  '.grid{stroke:#d0d7de;stroke-width:1}polyline{fill:none;stroke-width:2.5}',
  '.agent polyline{stroke:#0072b2}.agent circle{fill:#0072b2}',
  '.lambda polyline{stroke:#d55e00}.lambda circle{fill:#d55e00}',
  '.floor polyline{stroke:#59636e;stroke-dasharray:6 4}.floor circle{fill:none}',
].join('');

/** Agent, Lambda and floor against the number of nodes that start at once, as an SVG document on a ground of its own. */
export function fleetPlot({ columns, rows }: Report): string {
  const at = (title: string) => columns.indexOf(title);
  const points = (by: string, title: string): Point[] =>
    rows
      .filter((row) => row[at('by')] === by && row[at('arrival')] === 'at once')
      .map((row): Point => [Number(row[0]), Number(row[at(title)])])
      .filter(([, y]) => y > 0 && Number.isFinite(y));
  const lines = (read: (by: string) => readonly Point[]): Series[] => [
    { kind: 'lambda', points: read('Lambda') },
    { kind: 'agent', points: read('agent') },
  ];
  const seconds = (by: string): Point[] => {
    const up = new Map(points(by, 'succeeded').map(([n, y]) => [n, y]));
    return points(by, 'last gate s').map(([n, y]) =>
      up.get(n) === n ? [n, y] : [n, y, `${up.get(n)} of ${n.toLocaleString('en')}`],
    );
  };
  const shares = (by: string): Point[] => points(by, 'succeeded').map(([n, up]) => [n, (100 * up) / n]);
  const creates = lines((by) => points(by, 'creates/ENI'));
  const top = margin + 66;
  const below = top + tall + 16;
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    '<title>A node group scales up</title>',
    `<style>${styleSheet}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
    `<text class="h" x="${margin}" y="${margin + 14}">N nodes start at once, two ENIs each, in EC2's token buckets</text>`,
    legend(margin, margin + 40),
    linePanel(
      {
        title: 'Until the last of the nodes that succeed may start kubelet, in seconds',
        x: nodes,
        y: duration,
        series: [{ kind: 'floor', points: points('agent', 'floor s') }, ...lines(seconds)],
      },
      { left: margin, top, width: inner, height: tall },
    ),
    linePanel(
      { title: 'Nodes that succeed, in %', x: nodes, y: percent, series: lines(shares) },
      { left: margin, top: below, width: half, height: low },
    ),
    linePanel(
      { title: 'Creates for each ENI of a node that succeeds', x: nodes, y: upTo(creates), series: creates },
      { left: margin + half + margin, top: below, width: half, height: low },
    ),
    '</svg>',
  ].join('\n')}\n`;
}

const nodes: Axis = {
  scale: 'log',
  from: 0.8,
  to: 1_250,
  ticks: sizes.map((at) => ({ at, text: at.toLocaleString('en') })),
};
const duration: Axis = { scale: 'log', from: 1, to: 1_000, ticks: [1, 10, 100, 1_000].map(tick) };
const percent: Axis = { scale: 'linear', from: 0, to: 100, ticks: [0, 25, 50, 75, 100].map(tick) };

function upTo(series: readonly Series[]): Axis {
  const to = Math.ceil(Math.max(2, ...series.flatMap(({ points }) => points.map(([, y]) => y))));
  const step = Math.ceil(to / 8);
  const ticks = Array.from({ length: Math.floor(to / step) + 1 }, (_, n) => tick(n * step));
  return { scale: 'linear', from: 0, to, ticks };
}

function tick(at: number): { at: number; text: string } {
  return { at, text: at.toLocaleString('en') };
}

function legend(x: number, y: number): string {
  const words = [
    ['agent', 'agent'],
    ['lambda', 'the Lambda that it replaces'],
    ['floor', "floor: EC2's buckets, or one node's own chain"],
  ] as const;
  return words
    .map(([kind, text], i) => {
      const at = x + ([0, 90, 310][i] ?? 0);
      const line = `<g class="${kind}"><polyline points="${at},${y} ${at + 24},${y}"/><circle cx="${at + 12}" cy="${y}" r="4"/></g>`;
      return `${line}<text x="${at + 32}" y="${y + 4}">${text}</text>`;
    })
    .join('');
}
