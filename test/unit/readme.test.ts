import { readFile } from 'node:fs/promises';
import t from 'tap';
import { updateTable } from '../../scripts/config-table.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

t.test('the table of configuration keys is the schema’s', async (t) => {
  t.equal(updateTable(readme), readme, '`node scripts/config-table.ts` writes it anew');
});
