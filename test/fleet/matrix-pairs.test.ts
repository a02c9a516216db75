import t from 'tap';
import { worlds } from './matrix/matrix.ts';
import { pairsChapter } from './matrix/page.ts';
import { pairs } from './matrix/pairs.ts';
import { parts, shownPage } from './matrix/parts.ts';
import { scenarios } from './matrix/scenarios.ts';
import { failures } from './matrix/table.ts';

t.test('two disturbances in a row', async (t) => {
  const cells = await pairs(worlds);
  t.strictSame(failures(cells), []);
  t.ok((await shownPage()).includes(pairsChapter(cells)), 'the page tells of it');
});

t.test('no scenario is without a test', async (t) => {
  t.same(Object.values(parts).flat().sort(), scenarios.map(({ name }) => name).sort());
});

t.test("the page's total is that of its chapters", async (t) => {
  const [total = [], ...chapters] = [
    ...(await shownPage()).matchAll(/(\d+) cells: (\d+) =, (\d+) ↻, (\d+) ✗/g),
  ].map((counts) => counts.slice(1).map(Number));
  const paired = [...(await shownPage()).matchAll(/^\| .* \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
    (row) => row.slice(1).map(Number),
  );
  t.equal(chapters.length, scenarios.length);
  t.same(
    total,
    total.map((_, index) => [...chapters, ...paired].reduce((sum, counts) => sum + (counts[index] ?? 0), 0)),
  );
});
