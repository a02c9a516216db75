import { createServer, type Server } from 'node:http';
import type { Imds } from './imds.ts';

/** The HTTP side of an instance's IMDS. */
export function imdsServer(imds: Imds, pause: (ms: number) => Promise<void>): Server {
  return createServer((request, response) => {
    /** The SDK's own client asks for `//latest/…`, which IMDS takes for `/latest/…`. */
    const path = (request.url ?? '/').replace(/\?.*/, '').replace(/\/+/g, '/');
    const answer = imds.answer(request.method ?? 'GET', path, request.headers);
    if (answer === 'lost') {
      return;
    }
    if (answer === 'refused') {
      request.socket.resetAndDestroy();
      return;
    }
    pause(imds.options.latencyMs).then(() => {
      response.writeHead(answer.status, { 'Content-Type': 'text/plain', Server: 'EC2ws', ...answer.headers });
      response.end(request.method === 'HEAD' ? undefined : answer.body);
    });
  });
}
