/** Metrics at a port of this host alone; one that is in use is tried again. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { serveMetrics } from '../../../../agent/commands/nodeport/metrics-server.ts';
import { recordingLog } from '../../../recording-log.ts';
import { handClock } from '../../hand-clock.ts';

/** A server that listens at any free port of 127.0.0.1. */
async function blocker(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function freed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

/** Waits ten seconds at most. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; !(await condition()) && performance.now() < end; ) {
    await delay(10);
  }
}

t.test('a port in use is told of once, and taken when it is free', async (t) => {
  const { server, port } = await blocker();
  const { clock, until: clockUntil } = handClock();
  const { log, warnings } = recordingLog();
  const stop = new AbortController();
  const served = serveMetrics({ clock, log }, port, () => 'up 1\n', stop.signal);
  await until(() => warnings.length > 0);
  t.match(warnings, [new RegExp(`no metrics at port ${port} of 127\\.0\\.0\\.1: .*EADDRINUSE`)]);
  await clockUntil(61_000);
  await delay(50);
  t.equal(warnings.length, 1);
  await freed(server);
  await clockUntil(125_000);
  await served;

  const url = `http://127.0.0.1:${port}`;
  const metrics = await fetch(`${url}/metrics?x=1`);
  t.match([metrics.status, await metrics.text()], [200, 'up 1\n']);
  t.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  for (const path of ['/', '/metrics/', '/metricsx']) {
    t.equal((await fetch(url + path)).status, 404, path);
  }
  t.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 405);
  const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
  t.match([head.status, await head.text()], [200, '']);

  stop.abort();
  await t.rejects(fetch(`${url}/metrics`), 'closed with the signal');
});

t.test('the signal ends the waiting for a port', async (t) => {
  const { server, port } = await blocker();
  t.teardown(() => freed(server));
  const { log, warnings } = recordingLog();
  const stop = new AbortController();
  const served = serveMetrics({ clock: handClock().clock, log }, port, () => '', stop.signal);
  await until(() => warnings.length > 0);
  stop.abort();
  await served;
});
