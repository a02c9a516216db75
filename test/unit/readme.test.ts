import { readdir, readFile } from 'node:fs/promises';
import t from 'tap';
import { updateTable } from '../../scripts/config-table.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

t.test('the table of configuration keys is the schema’s', async (t) => {
  t.equal(updateTable(readme), readme, '`node scripts/config-table.ts` writes it anew');
});

t.test('the IAM policy allows what the program calls, and nothing else', async (t) => {
  const [, json = ''] = /```json\n(\{\n {2}"Version"[^`]*)```/.exec(readme) ?? [];
  const policy: { Statement: { Action: string | string[] }[] } = JSON.parse(json);
  const allowed = new Set(policy.Statement.flatMap((statement) => statement.Action));

  const folder = new URL('../../agent/ec2/', import.meta.url);
  const sources = await Promise.all(
    (await readdir(folder)).map((file) => readFile(new URL(file, folder), 'utf8')),
  );
  const called = sources.flatMap((source) =>
    [...source.matchAll(/new (\w+)Command\(/g)].map(([, name]) => name),
  );
  t.strictSame([...allowed].sort(), [...new Set(called)].map((action) => `ec2:${action}`).sort());
});
