import { once } from 'node:events';
import type { Server } from 'node:http';

/** Starts the server and answers its URL, without a slash at the end. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the server has no TCP address');
  }
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

/** Breaks off what is under way, hanging calls included. */
export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
