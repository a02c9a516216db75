import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Order =
  | { kind: 'serve' | 'serveUdp'; port: number; address: string }
  /** `from`: an address that it binds. */
  | { kind: 'get'; address: string; port: number; timeoutMs: number; bytes?: number; from?: string }
  | { kind: 'ask'; address: string; port: number; timeoutMs: number };

export interface Answer {
  /** Who has answered. */
  at?: string;
  /** The client's address, as the server sees it. */
  sees?: string;
  /** UDP: the address that the answer came from. */
  from?: string;
  bytes?: number;
  error?: string;
}

/** A process in a namespace, which serves there and asks others. */
export interface Inhabitant {
  do(order: Order): Promise<Answer>;
  stop(): void;
}

const program = new URL('inhabitant.ts', import.meta.url).pathname;

export function inhabit(namespace: string): Inhabitant {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, program, namespace], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...answer }: Answer & { id: number } = JSON.parse(line);
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let orders = 0;
  return {
    do(order) {
      const id = orders++;
      const { promise, resolve } = Promise.withResolvers<Answer>();
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, ...order })}\n`);
      return promise;
    },
    stop: () => child.kill('SIGKILL'),
  };
}
