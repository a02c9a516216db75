import type { Machine } from './machine.ts';

/** What a bench found: rows for people, and the figures that are held against a goal. */
export interface Report {
  name: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  figures: Readonly<Record<string, number>>;
  notes?: readonly string[];
}

/** Where and when it was found. */
interface Circumstances {
  machine: Machine;
  date: Date;
}

/** For people: the machine, the rows, the figures. */
export function reportText(report: Report, { machine, date }: Circumstances): string {
  const { cpu, cores, kernel, node, load } = machine;
  return [
    `${report.name}, ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, Linux ${kernel}, Node.js ${node}, load ${load} before`,
    '',
    ...tableLines([report.columns, ...report.rows]),
    '',
    ...tableLines(Object.entries(report.figures)),
    ...(report.notes === undefined ? [] : ['', ...report.notes.map((note) => `- ${note}`)]),
    '',
  ].join('\n');
}

/** For programs: one object on one line, the figures at its top. */
export function reportJson(report: Report, { machine, date }: Circumstances): string {
  return `${JSON.stringify({ name: report.name, date: date.toISOString(), machine, ...report.figures })}\n`;
}

/** Numbers, and the titles above them, to the right. */
function tableLines(rows: readonly (readonly (string | number)[])[]): string[] {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, i) => {
    const cells = rows.map((row) => row[i] ?? '');
    const size = Math.max(...cells.map((cell) => String(cell).length));
    const isNumeric = cells.some((cell) => typeof cell === 'number');
    return { size, isNumeric };
  });
  return rows.map((row) =>
    columns
      .map(({ size, isNumeric }, i) => {
        const cell = String(row[i] ?? '');
        return isNumeric ? cell.padStart(size) : cell.padEnd(size);
      })
      .join('  ')
      .trimEnd(),
  );
}
