import { readFile } from 'node:fs/promises';
import t from 'tap';
import { type Cell, matrix, worlds } from './matrix/matrix.ts';
import { page } from './matrix/page.ts';
import { pairs } from './matrix/pairs.ts';
import { scenarios } from './matrix/scenarios.ts';
import { failures } from './matrix/table.ts';

const cells: Cell[] = [];

for (const scenario of scenarios) {
  t.test(`${scenario.name}: every step, whatever happens there`, async (t) => {
    const own = await matrix([scenario]);
    cells.push(...own);
    t.strictSame(failures(own), []);
    const well = own.filter(({ verdict }) => verdict.verdict === 'same' || verdict.verdict === 'again');
    t.ok(well.length > 100, `${well.length} of ${own.length} cells can occur`);
  });
}

t.test('two in a row, and the page that tells of it all', async (t) => {
  const paired = await pairs(worlds);
  t.strictSame(failures(paired), []);
  const shown = await readFile(new URL('../../docs/crash-matrix.md', import.meta.url), 'utf8');
  t.equal(shown, page(cells, paired), 'npm run matrix -- --markdown docs/crash-matrix.md makes it anew');
});
