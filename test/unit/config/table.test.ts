import t from 'tap';
import { updateTable } from '../../../scripts/config-table.ts';

const start = '<!-- configuration: made by scripts/config-table.ts -->';
const end = '<!-- configuration: end -->';

t.test('the table of keys stands between its markers', async (t) => {
  const updated = updateTable(`before\n${start}\nold\n${end}\nafter\n`);
  t.match(updated, new RegExp(`^before\\n${start}\\n\\| key \\| default \\| what it is \\| example \\|\\n`));
  t.match(updated, '| `spec.interfaces[].name` | required | What Network');
  t.match(updated, '| `spec.interfaces[].ipv4.mode` | `"FirstFree"` | ');
  t.match(updated, '| `spec.interfaces[].ipv6.mode` | `"None"` | ');
  t.match(updated, '| `spec.interfaces[].subnets` | required | ');
  t.match(updated, '| `spec.interfaces[].subnetTags` | none | ');
  t.match(updated, '| `spec.interfaces[].existing.tags` | required | ');
  t.match(updated, '| `spec.interfaces[].existing.wait` | `"2m"` | ');
  t.match(updated, '| `spec.interfaces[].sourceDestCheck` | `true` | ');
  t.match(updated, '| `spec.interfaces[].tags` | `{}` | ');
  t.match(updated, '| `spec.instanceTags` | `{}` | ');
  t.match(updated, '| `spec.timeout` | `"10m"` | ');
  t.match(updated, /\n<!-- configuration: end -->\nafter\n$/);
  t.notMatch(updated, '\nold\n');
  t.equal(updateTable(updated), updated);
});

t.test('a document without markers has no place for it', async (t) => {
  t.throws(() => updateTable('# README\n'), /has no place for the table/);
});
