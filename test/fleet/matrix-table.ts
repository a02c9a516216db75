/** `npm run matrix [-- --markdown FILE]`: the crash and fault matrix as a table. Exits 1 if a cell fails. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Cell, matrix, worlds } from './matrix/matrix.ts';
import { page } from './matrix/page.ts';
import { pairs } from './matrix/pairs.ts';
import { scenarios } from './matrix/scenarios.ts';
import { failures, legend, reasons, tables, totals } from './matrix/table.ts';

const { values } = parseArgs({ options: { markdown: { type: 'string' } } });
const startedAt = performance.now();
const cells: Cell[] = [];
process.stdout.write(`${legend}\n`);
for (const scenario of scenarios) {
  const own = await matrix([scenario]);
  cells.push(...own);
  process.stdout.write(`\n${scenario.name}: ${scenario.what}\n\n${tables(own)}\n${totals(own)}\n`);
}
const paired = await pairs(worlds);
const all = [...cells, ...paired];
process.stdout.write(`\ntwo in a row: ${totals(paired)}\n`);
process.stdout.write(`\n${['what cannot occur:', ...reasons(all), '', ...failures(all)].join('\n')}\n`);
process.stdout.write(`${totals(all)}, in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
if (values.markdown !== undefined) {
  await writeFile(values.markdown, page(cells, paired));
}
process.exitCode = failures(all).length > 0 ? 1 : 0;
