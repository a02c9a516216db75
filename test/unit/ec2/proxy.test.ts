import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { createEc2 } from '../../../agent/ec2/ec2.ts';
import { nameOf, proxyFor } from '../../../agent/ec2/proxy.ts';
import { ExitCode } from '../../../agent/failure.ts';
import { recordingLog } from '../../recording-log.ts';
import { simulated, subnetId } from './simulated.ts';

const ec2 = new URL('https://ec2.eu-west-1.amazonaws.com/');

t.test('which proxy, as Go reads the variables', (t) => {
  const HTTPS_PROXY = 'http://proxy:3128';
  const HTTP_PROXY = HTTPS_PROXY;
  const rows: readonly [string | undefined, env: Record<string, string>, endpoint?: string][] = [
    [undefined, {}],
    [undefined, { HTTPS_PROXY: '' }],
    [undefined, { HTTP_PROXY: 'http://proxy:3128' }],
    ['http://proxy:3128', { HTTPS_PROXY }],
    ['http://lower:1', { HTTPS_PROXY, https_proxy: 'http://lower:1' }],
    ['http://proxy:3128', { HTTPS_PROXY: 'proxy:3128' }],
    ['http://proxy:3128', { HTTP_PROXY: 'http://proxy:3128' }, 'http://ec2.internal/'],
    ['http://proxy:3128', { HTTPS_PROXY, NO_PROXY: '169.254.169.254,.internal, west-1.amazonaws.com' }],
    [undefined, { HTTPS_PROXY, NO_PROXY: '*' }],
    [undefined, { HTTPS_PROXY, NO_PROXY: 'localhost, amazonaws.com' }],
    [undefined, { HTTPS_PROXY, no_proxy: '.amazonaws.com' }],
    [undefined, { HTTPS_PROXY, no_proxy: '*.AmazonAWS.com' }],
    [undefined, { HTTPS_PROXY, NO_PROXY: 'ec2.eu-west-1.amazonaws.com' }],
    [undefined, { HTTPS_PROXY, NO_PROXY: 'amazonaws.com:443' }],
    ['http://proxy:3128', { HTTPS_PROXY, NO_PROXY: 'amazonaws.com:8443,.amazonaws.com:80' }],
    [undefined, { HTTP_PROXY, NO_PROXY: '10.0.0.1:8080' }, 'http://10.0.0.1:8080/'],
    ['http://proxy:3128', { HTTP_PROXY, NO_PROXY: '10.0.0.1:8080' }, 'http://10.0.0.1/'],
    [undefined, { HTTP_PROXY, NO_PROXY: 'ec2.internal:80' }, 'http://ec2.internal/'],
    ['http://proxy:3128', { HTTP_PROXY, NO_PROXY: '.ec2.internal,*.ec2.internal,' }, 'http://ec2.internal/'],
    [undefined, { HTTP_PROXY, NO_PROXY: '10.0.0.0/8' }, 'http://10.255.0.1/'],
    [
      'http://proxy:3128',
      { HTTP_PROXY, NO_PROXY: '10.0.0.0/9, fd00::/8, 10.0.0.0/33' },
      'http://10.255.0.1/',
    ],
    ['http://proxy:3128', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8,amazonaws.com/8,0.0.0.0/0' }],
    [undefined, { HTTP_PROXY, NO_PROXY: 'fd00::/8' }, 'http://[fd00:ec2::1]/'],
    [undefined, { HTTP_PROXY, NO_PROXY: 'fd00:ec2::1' }, 'http://[fd00:ec2::1]/'],
    [undefined, { HTTP_PROXY, NO_PROXY: '[fd00:ec2::1]:80' }, 'http://[fd00:ec2::1]/'],
    ['http://proxy:3128', { HTTP_PROXY, NO_PROXY: '[fd00:ec2::1]:81' }, 'http://[fd00:ec2::1]/'],
    ['http://proxy:3128', { HTTP_PROXY }, 'http://localhost/'],
  ];
  for (const [expected, env, endpoint] of rows) {
    const proxy = proxyFor(endpoint === undefined ? ec2 : new URL(endpoint), env);
    t.equal(proxy && nameOf(proxy), expected, `${JSON.stringify(env)} ${endpoint}`);
  }
  for (const HTTPS_PROXY of ['socks5://proxy:1080', 'http://']) {
    t.throws(() => proxyFor(ec2, { HTTPS_PROXY }), {
      exitCode: ExitCode.configuration,
      message: /HTTPS_PROXY.*expected http:\/\/host:port/,
    });
  }
  t.equal(nameOf(new URL('http://user:secret@proxy:3128')), 'http://proxy:3128', 'no password in messages');
  t.end();
});

/** The first byte of a TLS connection (RFC 8446, 5.1). */
const tlsHandshake = 22;

/** A forward proxy that refuses tunnels, or ends those it opens at their first byte; what came to it. */
async function startProxy(
  t: Test,
  tunnels: 'refused' | 'opened' = 'refused',
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`);
    const { method, headers } = request;
    const onward = http.request(request.url ?? '', { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (tunnels === 'refused') {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.once('data', ([first]: Buffer) => {
      asked.push(first === tlsHandshake ? 'TLS' : 'plain text');
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://me:secret@127.0.0.1:${port}`, asked };
}

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const common = {
  region: 'eu-west-1',
  clock: systemClock,
  log: recordingLog().log,
  imds: { credentials: () => Promise.reject(new Error('not asked')) },
};

t.test('calls go through the proxy, and around it where NO_PROXY says so', async (t) => {
  const { url, asked } = await startProxy(t);
  const { sim } = await simulated(t, { region: common.region });
  const { accessKeyId, secretAccessKey } = sim.credentials.forUser('tester');
  const env = {
    AWS_ENDPOINT_URL_EC2: sim.ec2Url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const proxied = createEc2({ ...common, env, proxyEnv: { http_proxy: url } });
  t.equal((await proxied.describeSubnets({ ids: [subnetId] })).length, 1);
  const basic = Buffer.from('me:secret').toString('base64');
  t.strictSame(asked, [`POST ${sim.ec2Url}/ Basic ${basic}`]);
  const direct = createEc2({ ...common, env, proxyEnv: { http_proxy: url, NO_PROXY: '127.0.0.1' } });
  t.equal((await direct.describeSubnets({ ids: [subnetId] })).length, 1);
  t.equal(asked.length, 1);
});

t.test('a tunnel that the proxy refuses: EC2 was not reached', async (t) => {
  const { url, asked } = await startProxy(t);
  const connection = createEc2({ ...common, env: keys, proxyEnv: { HTTPS_PROXY: url } });
  await t.rejects(connection.describeSubnets({ ids: [subnetId] }), {
    class: 'unreachable',
    code: 'ERR_PROXY_TUNNEL',
    message: /403 Forbidden/,
  });
  t.strictSame(asked, ['CONNECT ec2.eu-west-1.amazonaws.com:443']);
  t.match(connection.proxy, /^http:\/\/127\.0\.0\.1:\d+$/);
});

t.test('TLS goes through the tunnel: the proxy does not see the call', async (t) => {
  const { url, asked } = await startProxy(t, 'opened');
  const connection = createEc2({ ...common, env: keys, proxyEnv: { HTTPS_PROXY: url } });
  await t.rejects(connection.describeSubnets({ ids: [subnetId] }), { name: 'Ec2Error', class: 'transient' });
  t.strictSame(asked, ['CONNECT ec2.eu-west-1.amazonaws.com:443', 'TLS']);
});
