import { spawn } from 'node:child_process';

/** An `ip` that has started and waits for its orders: to start takes it longer than what it is told to do. */
export interface WaitingIp {
  /** Once. Does one after the other, up to the first that fails; false if one did. */
  obey(orders: readonly string[], signal: AbortSignal): Promise<boolean>;
}

/** It ends with this process, which it does not keep running. */
export function startIp(): WaitingIp {
  const ip = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<boolean>((resolve) => {
    ip.on('error', () => resolve(false));
    ip.on('exit', (code) => resolve(code === 0));
  });
  // It has ended before: then it has not obeyed, which is told.
  ip.stdin.on('error', () => undefined);
  ip.unref();
  return {
    async obey(orders, signal) {
      const kill = () => ip.kill('SIGKILL');
      signal.addEventListener('abort', kill);
      ip.ref();
      ip.stdin.end(orders.map((order) => `${order}\n`).join(''));
      const hasObeyed = await ended;
      signal.removeEventListener('abort', kill);
      signal.throwIfAborted();
      return hasObeyed;
    },
  };
}
