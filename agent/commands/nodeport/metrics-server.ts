import { createServer, type Server } from 'node:http';
import type { Clock } from '../../clock.ts';
import { messageOf } from '../../failure.ts';
import type { Log } from '../../report/log.ts';
import { contentType } from '../../report/prometheus.ts';

/** Until a port that is in use is tried again. */
const againMs = 60_000;

/**
 * Serves /metrics at the port of 127.0.0.1 until the signal aborts. That it cannot is a warning: who watches addresses
 * must not stop for those who look on.
 */
export async function serveMetrics(
  { clock, log }: { clock: Clock; log: Log },
  port: number,
  metrics: () => string,
  signal: AbortSignal,
): Promise<void> {
  let told: string | undefined;
  while (!signal.aborted) {
    const server = metricsServer(metrics);
    const failed = await listen(server, port);
    if (failed === undefined) {
      log.info(`metrics: http://127.0.0.1:${port}/metrics`);
      return closeWith(server, signal);
    }
    if (failed !== told) {
      log.warn(`no metrics at port ${port} of 127.0.0.1: ${failed}; it is tried again each minute`);
      told = failed;
    }
    await clock.sleep(againMs, signal).catch(() => undefined);
  }
}

function metricsServer(metrics: () => string): Server {
  return createServer(({ method, url }, response) => {
    // Prometheus may be told to add parameters.
    if (url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('see /metrics\n');
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      response.writeHead(200, { 'content-type': contentType }).end(metrics());
    }
  });
}

/** Answers why it does not listen, if it does not. */
function listen(server: Server, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(messageOf(error)));
    server.listen(port, '127.0.0.1', () => {
      // What a connection fails with later is its client's.
      server.on('error', () => undefined);
      resolve(undefined);
    });
  });
}

function closeWith(server: Server, signal: AbortSignal): void {
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) {
    close();
  } else {
    signal.addEventListener('abort', close, { once: true });
  }
}
