import { execa } from 'execa';

const options = { cwd: new URL('../..', import.meta.url), preferLocal: true, reject: false } as const;

/** Without cfn-lint there is nothing to test: a failed installation fails the tests. */
const installed = await execa('test/userdata/install.sh', { ...options, stderr: 'inherit' });
if (installed.failed) {
  process.exit(installed.exitCode ?? 1);
}
const { failed, exitCode } = await execa(
  'tap',
  ['run', '--disable-coverage', 'test/userdata/cfn-lint.test.ts'],
  { ...options, stdio: 'inherit', env: { CFN_LINT: installed.stdout } },
);
process.exit(failed ? (exitCode ?? 1) : 0);
