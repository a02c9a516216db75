import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Test } from 'tap';
import { certificates } from './certificates.ts';

/** An API server with a CA of its own, that knows one Node, and who may ask for it. */
export interface ApiServer {
  url: string;
  ca: string;
  clientCertificate: { cert: string; key: string };
  /** The bearer tokens that it takes; without, a client certificate of its CA. */
  tokens: string[];
  username: string;
  /** The Node, as a watch begins with it. */
  node: object | undefined;
  /** Sent to all that watch. */
  send(type: string, object: object): void;
  /** Breaks all watches off. */
  cut(): void;
  /** Requests so far, `GET /api/v1/nodes?…`. */
  requests: string[];
}

/** It ends with the test. */
export async function startApiServer(t: Test): Promise<ApiServer> {
  const { ca, server: own, client } = certificates();
  const watches = new Set<ServerResponse>();
  const api: ApiServer = {
    url: '',
    ca,
    clientCertificate: client('kubelet'),
    tokens: [],
    username: 'system:node:ip-10-0-1-7.ec2.internal',
    node: undefined,
    // In two pieces, as the network may have it.
    send(type, object) {
      const line = `${JSON.stringify({ type, object })}\n`;
      for (const watch of watches) {
        watch.write(line.slice(0, 20));
        setImmediate(() => watch.write(line.slice(20)));
      }
    },
    cut() {
      for (const watch of watches) {
        watch.destroy();
      }
    },
    requests: [],
  };

  function isKnown({ headers, socket }: IncomingMessage): boolean {
    const token = headers.authorization?.replace('Bearer ', '');
    return token === undefined
      ? socket instanceof TLSSocket && socket.authorized
      : api.tokens.includes(token);
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const json = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    const { method, url = '' } = request;
    api.requests.push(`${method} ${url}`);
    const { pathname, searchParams } = new URL(url, api.url);
    if (!isKnown(request)) {
      json(401, { kind: 'Status', message: 'Unauthorized' });
    } else if (method === 'POST' && pathname === '/apis/authentication.k8s.io/v1/selfsubjectreviews') {
      json(201, { status: { userInfo: { username: api.username } } });
    } else if (
      pathname === '/api/v1/nodes' &&
      searchParams.get('watch') === 'true' &&
      searchParams.get('fieldSelector') === `metadata.name=${api.username.replace('system:node:', '')}`
    ) {
      response.writeHead(200).flushHeaders();
      watches.add(response.on('close', () => watches.delete(response)));
      if (api.node !== undefined) {
        response.write(`${JSON.stringify({ type: 'ADDED', object: api.node })}\n`);
      }
    } else {
      json(403, { kind: 'Status', message: 'nodes is forbidden' });
    }
  }

  const server = https.createServer({ ...own, ca, requestCert: true, rejectUnauthorized: false }, answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address: AddressInfo | string | null = server.address();
  api.url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return api;
}
