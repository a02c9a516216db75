import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { makeArchives } from '../../scripts/package.ts';
import { imageTree } from '../image/tree.ts';
import { layersVariable } from './layers.ts';
import { matrix, rowsVariable } from './matrix.ts';

/** Waits are most of what the tests do. */
const jobs = 4;

const repository = new URL('../..', import.meta.url).pathname;
const work = await mkdtemp(join(tmpdir(), 'multus-bootstrap-nspawn-'));
try {
  await execa('test/image/install.sh', { cwd: repository, stdio: 'inherit' });
  const [tree, [archive = '']] = await Promise.all([imageTree(), makeArchives(['x86_64'])]);
  await execa('tar', ['--extract', '--file', archive, '--directory', work]);
  const agent = join(work, 'agent');
  await mkdir(agent);
  await execa(join(work, basename(archive, '.tar.gz'), 'install.sh'), ['--root', agent]);
  const rows = join(work, 'rows');
  const { exitCode } = await execa(
    'tap',
    ['run', '--disable-coverage', '--timeout=900', `--jobs=${jobs}`, ...tests()],
    {
      cwd: repository,
      env: { [layersVariable]: [agent, tree].join(':'), [rowsVariable]: rows },
      preferLocal: true,
      reject: false,
      stdio: 'inherit',
    },
  );
  if (existsSync(rows)) {
    console.log(await matrix(rows));
  }
  process.exitCode = exitCode ?? 1;
} finally {
  await rm(work, { recursive: true });
}

function tests(): string[] {
  const given = process.argv.slice(2);
  return given.length > 0 ? given : ['test/nspawn/*.test.ts'];
}
