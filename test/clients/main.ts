import { execa } from 'execa';

/** Without the clients there is nothing to test: a failed installation fails the tests. */
const steps: [string, string[]][] = [
  ['test/clients/install.sh', []],
  ['tap', ['run', '--disable-coverage', 'test/clients/aws-cli.test.ts', 'test/clients/boto3.test.ts']],
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
