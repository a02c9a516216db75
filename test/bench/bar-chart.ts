import { escaped } from '../../agent/report/map/svg-paint.ts';

export interface Bar {
  label: string;
  value: number;
}

/** All in px. */
const margin = 24;
const labelWidth = 200;
const valueWidth = 90;
const longest = 420;
const pitch = 28;
const width = margin + labelWidth + longest + valueWidth + margin;

const styleSheet = [
  "text{font-family:-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2328}",
  '.h{font-weight:bold;font-size:16px}.n{text-anchor:end}.b{fill:#0072b2}',
].join('');

/** Horizontal bars, from zero, as one SVG document on a ground of its own: light and dark pages show it alike. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const height = margin + 32 + bars.length * pitch + margin - 10;
  const most = Math.max(...bars.map(({ value }) => value));
  const left = margin + labelWidth;
  const drawn = bars.map(({ label, value }, i) => {
    const y = margin + 32 + i * pitch;
    const length = Math.max(1, Math.round((value / most) * longest));
    return (
      `<text class="n" x="${left - 10}" y="${y + 14}">${escaped(label)}</text>` +
      `<rect class="b" x="${left}" y="${y}" width="${length}" height="18"/>` +
      `<text x="${left + length + 8}" y="${y + 14}">${escaped(`${value.toLocaleString('en')} ${unit}`)}</text>`
    );
  });
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${styleSheet}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d0d7de"/>`,
    `<text class="h" x="${margin}" y="${margin + 14}">${escaped(title)}</text>`,
    ...drawn,
    '</svg>',
  ].join('\n')}\n`;
}
