import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t from 'tap';
import { templateFolder } from './derived.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

t.test('shellcheck finds nothing in any shell script of the repository', async (t) => {
  const { stdout } = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
  });
  const scripts: string[] = [];
  for (const file of stdout.split('\n')) {
    if (/^#!.*\b(?:ba)?sh\b/.test(await firstLine(file))) {
      scripts.push(file);
    }
  }
  t.ok(['.ci/run', 'packer/install.sh', 'packer/validate.sh'].every((script) => scripts.includes(script)));
  const { exitCode, all } = await execa('shellcheck', scripts, { cwd: repository, all: true, reject: false });
  t.equal(exitCode, 0, `of ${scripts.length} scripts:\n${all}`);
});

t.test('the template is formatted as packer fmt does it', async (t) => {
  const { exitCode, all } = await execa('packer', ['fmt', '-check', '-diff', templateFolder], {
    all: true,
    reject: false,
  });
  t.equal(exitCode, 0, all);
});

/** Empty for what is gone, or is no file. */
async function firstLine(path: string): Promise<string> {
  try {
    await using file = await open(`${repository}/${path}`);
    const { buffer, bytesRead } = await file.read({ length: 80 });
    return buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '';
  } catch {
    return '';
  }
}
