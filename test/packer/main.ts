import { execa } from 'execa';

/** Without the tools there is nothing to test: a failed installation fails the tests. */
const steps: [string, string[]][] = [
  ['test/image/install.sh', []],
  ['test/packer/install.sh', []],
  // One at a time: those that build have an emulated machine each.
  ['tap', ['run', '--disable-coverage', '--jobs=1', '--timeout=1200', ...tests()]],
];

for (const [command, args] of steps) {
  const { failed, exitCode } = await execa(command, args, {
    cwd: new URL('../..', import.meta.url),
    preferLocal: true,
    reject: false,
    stdio: 'inherit',
  });
  if (failed) {
    process.exit(exitCode ?? 1);
  }
}

function tests(): string[] {
  const given = process.argv.slice(2);
  return given.length > 0 ? given : ['test/packer/*.test.ts'];
}
