import { disturbances } from './disturbances.ts';
import type { Cell } from './matrix.ts';

const symbols = { same: '=', again: '↻', FAILED: '✗', impossible: '·' } as const;
type Kind = keyof typeof symbols;

export const legend =
  '`=` it went through by itself · `↻` it failed or was killed, and the next run came to the undisturbed end · ' +
  '`✗` neither · `·` cannot occur. A cell stands for all times that its step comes, in both worlds, and for all ' +
  'extents of its disturbance (once, three times, until someone acts).';

/** A scenario as tables, its steps by its disturbances: EC2's, then the host's. */
export function tables(cells: readonly Cell[]): string {
  const [calls, host] = [true, false].map((isCall) =>
    cells.filter(({ step }) => (step.action !== undefined) === isCall),
  );
  return [calls, host].flatMap((each = []) => (each.length === 0 ? [] : [table(each)])).join('\n');
}

/** How many cells came out how. */
export function totals(cells: readonly Cell[]): string {
  const counts = (['same', 'again', 'FAILED', 'impossible'] as const).map(
    (kind) => `${count(cells, kind)} ${symbols[kind]}`,
  );
  return `${cells.length} cells: ${counts.join(', ')}`;
}

/** Why what cannot occur cannot, each reason once. */
export function reasons(cells: readonly Cell[]): string[] {
  const known = new Map<string, Set<string>>();
  for (const { disturbance, verdict } of cells) {
    if (verdict.verdict === 'impossible') {
      known.set(verdict.why, (known.get(verdict.why) ?? new Set()).add(disturbance.column));
    }
  }
  return [...known].map(([why, columns]) => `- ${[...columns].join(', ')}: ${why}`);
}

/** What failed, one text each. */
export function failures(cells: readonly Cell[]): string[] {
  return cells.flatMap(({ scenario, consistencyMs, step, disturbance, verdict }) =>
    verdict.verdict === 'FAILED'
      ? [
          `${scenario}, listings ${consistencyMs} ms behind: ${disturbance.column} (${disturbance.extent}) at ` +
            `${step.name} #${step.nth}: ${verdict.why}`,
        ]
      : [],
  );
}

function table(cells: readonly Cell[]): string {
  const possible = cells.filter(({ verdict }) => verdict.verdict !== 'impossible');
  const columns = distinct(disturbances.map(({ column }) => column)).filter((column) =>
    possible.some(({ disturbance }) => disturbance.column === column),
  );
  const rows = distinct(cells.map(({ step }) => step.name));
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |\n`;
  const cell = (row: string, column: string) =>
    symbolsOf(cells.filter(({ step, disturbance }) => step.name === row && disturbance.column === column));
  return [
    line(['step', ...columns]),
    line(['---', ...columns.map(() => ':-:')]),
    ...rows.map((row) => line([`\`${row}\``, ...columns.map((column) => cell(row, column))])),
  ].join('');
}

function symbolsOf(cells: readonly Cell[]): string {
  const kinds = (['same', 'again', 'FAILED'] as const).filter((kind) => count(cells, kind) > 0);
  return kinds.length === 0 ? symbols.impossible : kinds.map((kind) => symbols[kind]).join(' ');
}

function count(cells: readonly Cell[], kind: Kind): number {
  return cells.filter(({ verdict }) => verdict.verdict === kind).length;
}

function distinct<T>(things: readonly T[]): T[] {
  return [...new Set(things)];
}
