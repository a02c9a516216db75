import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const marker = 'MULTUS_BOOTSTRAP_TEST_NAMESPACE';

/**
 * Runs the calling test file again in network and mount namespaces of its own, with `lo` up and a /sys that
 * shows its links; returns there, and only there. Without root, a user namespace makes it root. Call it before
 * the first test: `await enterNamespace(import.meta.url)`.
 */
export async function enterNamespace(url: string): Promise<void> {
  if (process.env[marker] === undefined) {
    // tap measures coverage through NODE_OPTIONS, so the environment goes along.
    const { status, error } = spawnSync(
      'unshare',
      [
        ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
        '--net',
        '--mount',
        process.execPath,
        ...process.execArgv,
        fileURLToPath(url),
        ...process.argv.slice(2),
      ],
      { stdio: 'inherit', env: { ...process.env, [marker]: 'entered' } },
    );
    if (error) {
      throw error;
    }
    process.exit(status ?? 1);
  }
  // Where the event loop runs dry, Node.js tears its handles down, and now and then spins there for ever (uv_run in
  // CleanupHandles); process.exit does not go that way.
  process.once('exit', () => process.exit());
  await execa('mount', ['-t', 'sysfs', 'sysfs', '/sys']);
  await execa('ip', ['link', 'set', 'lo', 'up']);
}
