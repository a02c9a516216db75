import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createPingReader } from './ping-lines.ts';

/** Those that run now. */
const pings = new Set<ChildProcess>();

/** However this process ends, but by SIGKILL: then ping dies of its next line, which nobody reads. */
process.on('exit', () => {
  for (const ping of pings) {
    ping.kill('SIGKILL');
  }
});

/** How a ping ended by itself, or never began: `missing` where there is no such program. */
export type PingEnd = { missing: true } | { missing: false; hasStarted: boolean; said: string };

/**
 * Runs one `ping` until it ends by itself or the signal aborts, and tells how each of its probes ended. ping writes
 * each line out as it comes, into a pipe too. Rejects where the node has no memory, or no file, left for it.
 */
export function runPing(
  address: string,
  intervalMs: number,
  env: NodeJS.ProcessEnv,
  tell: (answered: boolean) => void,
  signal: AbortSignal,
): Promise<PingEnd> {
  return new Promise((resolve) => {
    const ping = spawn('ping', ['-n', '-O', '-i', String(intervalMs / 1000), address], {
      env: { ...env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    pings.add(ping);
    const kill = () => ping.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    if (signal.aborted) {
      kill();
    }
    const end = (how: PingEnd) => {
      pings.delete(ping);
      signal.removeEventListener('abort', kill);
      resolve(how);
    };
    ping.on('error', (error) => {
      const missing = 'code' in error && error.code === 'ENOENT';
      end(missing ? { missing } : { missing, hasStarted: false, said: error.message });
    });
    const read = createPingReader();
    createInterface({ input: ping.stdout }).on('line', (line) => {
      const answered = read(line);
      if (answered !== undefined && !signal.aborted) {
        tell(answered);
      }
    });
    let said = '';
    ping.stderr.on('data', (data: Buffer) => {
      said = `${said}${data}`.slice(-300);
    });
    ping.on('close', () => end({ missing: false, hasStarted: true, said: said.trim() }));
  });
}
