import { chmodSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeAtomically } from '../../../agent/host/files.ts';

t.test('a link in the place of the temporary file is not followed', async (t) => {
  const root = t.testdir({ victim: 'precious', folder: {} });
  const file = join(root, 'folder', 'x');
  symlinkSync(join(root, 'victim'), join(root, 'folder', '.x.tmp'));
  await writeAtomically(file, 'new');
  t.equal(readFileSync(file, 'utf8'), 'new');
  t.equal(lstatSync(file).isSymbolicLink(), false);
  t.equal(readFileSync(join(root, 'victim'), 'utf8'), 'precious');
});

t.test('what a killed run left of a temporary file is replaced whole', async (t) => {
  const root = t.testdir();
  const temporary = join(root, '.x.tmp');
  writeFileSync(temporary, 'half of something much longer');
  chmodSync(temporary, 0o600);
  await writeAtomically(join(root, 'x'), 'new');
  t.equal(readFileSync(join(root, 'x'), 'utf8'), 'new');
  t.equal(lstatSync(join(root, 'x')).mode & 0o777, 0o644);
  t.strictSame(readdirSync(root), ['x']);
});
