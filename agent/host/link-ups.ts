import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Tells each time that one of these links has come up, until the signal aborts: with a link that goes down, the kernel drops
 * its routes and IPv6 addresses. Should `ip` die, or not start, nothing is told any more.
 */
export function followLinkUps(names: readonly string[], tell: () => void, signal: AbortSignal): void {
  try {
    follow(names, tell, signal);
  } catch {
    // The node has no memory, or no file, left for it.
  }
}

function follow(names: readonly string[], tell: () => void, signal: AbortSignal): void {
  const monitor = spawn('ip', ['-o', 'monitor', 'link'], { signal, stdio: ['ignore', 'pipe', 'ignore'] });
  monitor.on('error', () => undefined);
  const down = new Set<string>();
  createInterface({ input: monitor.stdout }).on('line', (line) => {
    const [, gone, name = '', flags = ''] = /^(Deleted )?\d+: ([^:@]+)\S* <([^>]*)>/.exec(line) ?? [];
    if (!names.includes(name)) {
      return;
    }
    if (gone !== undefined || !flags.split(',').includes('UP')) {
      down.add(name);
    } else if (down.delete(name)) {
      tell();
    }
  });
}
