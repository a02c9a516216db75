import type { Kind } from './kinds.ts';

/** How a kind looks. */
export interface Look {
  /** Its own colour or pattern. */
  fill: string;
  /** What is not held of a cell of many addresses. */
  pale: string;
  /** The sign on its own colour. */
  ink: string;
}

const dark = '#1f2328';

/**
 * Okabe and Ito's colours, which people of every colour vision tell apart, for what is held; what is free is pale, by
 * whose it is; what is set aside has a pattern.
 */
export const looks: Readonly<Record<Kind, Look>> = {
  mine: { fill: '#d55e00', pale: '#f9dfcc', ink: '#ffffff' },
  ours: { fill: '#0072b2', pale: '#d3e7f3', ink: '#ffffff' },
  other: { fill: '#56b4e9', pale: '#e0f1fb', ink: dark },
  nodePort: { fill: '#f0e442', pale: '#fcfad9', ink: dark },
  secondary: { fill: '#e69f00', pale: '#fbeccc', ink: dark },
  prefix: { fill: '#cc79a7', pale: '#f6e6ee', ink: dark },
  reserved: { fill: 'url(#reserved)', pale: 'url(#reserved)', ink: dark },
  explicit: { fill: 'url(#explicit)', pale: 'url(#explicit)', ink: '#004d38' },
  prefixReservation: { fill: 'url(#prefixes)', pale: 'url(#prefixes)', ink: '#7a2d58' },
  forNodePort: { fill: '#fcfad9', pale: '#fcfad9', ink: '#8a7d00' },
  podRange: { fill: '#fdf3dc', pale: '#fdf3dc', ink: '#a67300' },
  within: { fill: '#e3f0f8', pale: '#e3f0f8', ink: '#2f7fb0' },
  free: { fill: '#eff1f3', pale: '#eff1f3', ink: '#8c959f' },
};

/** The patterns that `looks` names. */
export const patterns = [
  hatch('reserved', '#d8dee4', '#afb8c1'),
  hatch('explicit', '#e5f5ef', '#7fcdb4'),
  '<pattern id="prefixes" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#f9eef4"/><circle cx="3" cy="3" r="1.2" fill="#cc79a7"/></pattern>',
].join('');

function hatch(id: string, ground: string, line: string): string {
  return `<pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="${ground}"/><rect width="2" height="5" fill="${line}"/></pattern>`;
}

/** The style sheet: fonts that every reader has, and each kind's ink. */
export const styleSheet = [
  "text{font-family:-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2328}",
  '.h{font-weight:bold;font-size:16px}.m{fill:#59636e;font-weight:normal;font-size:13px}',
  ".a,.g text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px}",
  '.a{fill:#59636e;text-anchor:end}.n{text-anchor:end}.g text{font-weight:bold;text-anchor:middle}',
  ...Object.entries(looks).map(([kind, { ink }]) => `.${kind} text{fill:${ink}}`),
  `.s text{fill:${dark};stroke:#ffffff;stroke-width:2.5px;paint-order:stroke;stroke-linejoin:round}`,
].join('');

/** A text as XML takes it, between tags and in attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
