import { execa } from 'execa';
import { baseDisk, diskVariable } from './base-disk.ts';

const run = { cwd: new URL('../..', import.meta.url), preferLocal: true, stdio: 'inherit' } as const;

await execa('test/image/install.sh', run);
const { disk } = await baseDisk();
const given = process.argv.slice(2);
const { exitCode } = await execa(
  'tap',
  [
    'run',
    '--disable-coverage',
    '--jobs=2',
    '--timeout=2400',
    ...(given.length > 0 ? given : ['test/vm/*.test.ts']),
  ],
  { ...run, env: { [diskVariable]: disk }, reject: false },
);
process.exitCode = exitCode ?? 1;
