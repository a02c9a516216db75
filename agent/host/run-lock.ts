import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { ExitCode, Failure } from '../failure.ts';
import { errorCode } from './files.ts';

export interface RunLock {
  release(): Promise<void>;
}

/**
 * Keeps two runs on one root apart. It is an abstract Unix socket: the kernel frees its name when the
 * process dies, however it dies, and it needs no folder. It holds within a network namespace, as the links do.
 * Throws a `Failure` (9) when another run holds it.
 */
export async function acquireRunLock(root: string): Promise<RunLock> {
  const server = createServer((connection) => connection.destroy());
  // A socket's name has room for 107 bytes, a path may be longer.
  server.listen(`\0multus-bootstrap/${createHash('sha256').update(resolve(root)).digest('hex')}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw new Failure(
      ExitCode.host,
      `another run is in progress on ${root}, and two would undo each other's work; wait for it: ` +
        'see journalctl -u multus-bootstrap',
    );
  }
  // A lock alone must not keep the process from ending.
  server.unref();
  return {
    release: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
