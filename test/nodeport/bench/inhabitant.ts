/**
 * Lives in a namespace, serves there and asks others: one order a line, as JSON, one answer a line.
 *
 * HTTP and UDP servers answer who they are and whom they see; `GET /<bytes>` answers so many bytes.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { createInterface } from 'node:readline';
import type { Answer, Order } from './inhabitants.ts';

const [name = ''] = process.argv.slice(2);

for await (const line of createInterface({ input: process.stdin })) {
  const order: Order & { id: number } = JSON.parse(line);
  answer(order).then((given) => process.stdout.write(`${JSON.stringify({ id: order.id, ...given })}\n`));
}

async function answer(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'serve':
      return serve(order.port, order.address);
    case 'serveUdp':
      return serveUdp(order.port, order.address);
    case 'get':
      return fetchFrom(order);
    case 'ask':
      return askByUdp(order);
  }
}

async function serve(port: number, address: string): Promise<Answer> {
  const server = createServer((request, response) => {
    const bytes = Number(request.url?.slice(1));
    response.setHeader('connection', 'close');
    response.end(
      bytes > 0 ? Buffer.alloc(bytes, 'x') : JSON.stringify({ at: name, sees: request.socket.remoteAddress }),
    );
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {};
}

async function serveUdp(port: number, address: string): Promise<Answer> {
  const isIpv6 = address.includes(':');
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: isIpv6 });
  socket.on('message', (_, from) =>
    socket.send(JSON.stringify({ at: name, sees: from.address }), from.port, from.address),
  );
  socket.bind(port, address);
  await once(socket, 'listening');
  return {};
}

function fetchFrom({ address, port, bytes, timeoutMs, from }: Order & { kind: 'get' }): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const path = bytes === undefined ? '/' : `/${bytes}`;
  const signal = AbortSignal.timeout(timeoutMs);
  const bound = from === undefined ? {} : { localAddress: from };
  const request = get({ host: address, port, path, agent: false, signal, ...bound });
  request.on('error', (error) => resolve({ error: error.message }));
  request.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('error', (error) => resolve({ error: error.message }));
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const body = Buffer.concat(chunks);
      resolve(bytes === undefined ? JSON.parse(body.toString()) : { bytes: body.length });
    });
  });
  return promise;
}

/** Of an unconnected socket, which takes an answer from anybody. */
async function askByUdp({ address, port, timeoutMs }: Order & { kind: 'ask' }): Promise<Answer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.send('who are you?', port, address);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    socket.on('message', (message, from) =>
      resolve({ ...JSON.parse(message.toString()), from: from.address }),
    );
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () => resolve({ error: 'no answer' }));
    return await promise;
  } finally {
    socket.close();
  }
}
