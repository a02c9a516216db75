import { execa } from 'execa';

/** Without nft and iptables there is nothing to test: a failed installation fails the tests. */
const steps: [string, string[]][] = [
  ['test/nodeport/install.sh', []],
  ['tap', ['run', '--disable-coverage', '--timeout=900', 'test/nodeport/**/*.test.ts']],
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
