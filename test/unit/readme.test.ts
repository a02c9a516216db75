import { readFile } from 'node:fs/promises';
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

  const source = await readFile(new URL('../../agent/ec2/ec2.ts', import.meta.url), 'utf8');
  const called = [...source.matchAll(/^ {2}(\w+)Command,$/gm)].map(([, action]) => `ec2:${action}`);
  // EC2 asks for it when a create carries tags.
  t.strictSame([...allowed].sort(), [...called, 'ec2:CreateTags'].sort());
});
