/** The way to EC2: no route, no name, proxies, a wrong clock. */
import { createServer, request } from 'node:http';
import t, { type Test } from 'tap';
import { listen } from '../simulator/http/listen.ts';
import { enterNamespace } from './namespace.ts';
import { userData } from './simulated-node.ts';
import { eth1, failsCleanly, nodeFor, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

// This machine's own proxies are not of the node.
for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
  delete process.env[name];
  delete process.env[name.toLowerCase()];
}

t.test('EC2 is not to be reached: the likely cause', async (t) => {
  const rows: [string, Record<string, string>, string[]][] = [
    [
      'no route',
      { AWS_ENDPOINT_URL_EC2: 'https://10.255.255.1' },
      ['ENETUNREACH', 'https://10.255.255.1', 'NAT gateway', 'interface endpoint of EC2', 'HTTPS_PROXY'],
    ],
    [
      "no name, and the Region's own endpoint",
      { AWS_ENDPOINT_URL_EC2: '' },
      ['https://ec2.eu-west-1.amazonaws.com', 'The name is not resolved', 'enableDnsSupport'],
    ],
    [
      'a proxy that is not there',
      { HTTP_PROXY: 'http://user:secret@127.0.0.1:9' },
      ['through the proxy http://127.0.0.1:9', 'see that it runs', 'NO_PROXY'],
    ],
  ];
  for (const [what, env, message] of rows) {
    await t.test(what, async (t) => {
      const node = await nodeFor(t, { userData: eth1({}, '4s') });
      const result = await failsCleanly(t, node, { exitCode: 8, message }, env);
      t.notMatch(result.message, 'secret');
    });
  }
});

/** A forward proxy that notes which hosts it is asked for. */
async function startProxy(t: Test): Promise<{ url: string; asked: Set<string> }> {
  const asked = new Set<string>();
  const server = createServer((incoming, answer) => {
    const target = new URL(incoming.url ?? '');
    asked.add(target.host);
    const { method, headers } = incoming;
    const onward = request(target, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  t.teardown(() => server.close());
  return { url: await listen(server, '127.0.0.1', 0), asked };
}

t.test('proxies are for EC2, never for IMDS', async (t) => {
  const rows: [string, (url: string) => { env?: Record<string, string>; nodeConfig?: object }, boolean][] = [
    ['from the environment', (url) => ({ env: { HTTP_PROXY: url } }), true],
    ['in lower case, without a scheme', (url) => ({ env: { http_proxy: url.replace('http://', '') } }), true],
    ['NO_PROXY', (url) => ({ env: { HTTP_PROXY: url, NO_PROXY: '10.0.0.0/8,127.0.0.1' } }), false],
    ['HTTPS_PROXY, and an endpoint without TLS', (url) => ({ env: { HTTPS_PROXY: url } }), false],
    ['from the NodeConfig', (url) => ({ nodeConfig: { HTTP_PROXY: url } }), true],
    [
      'from the NodeConfig, with NO_PROXY',
      (url) => ({ nodeConfig: { HTTP_PROXY: url, NO_PROXY: '127.0.0.1' } }),
      false,
    ],
    [
      'the environment before the NodeConfig',
      (url) => ({ env: { HTTP_PROXY: url }, nodeConfig: { HTTP_PROXY: 'http://127.0.0.1:9' } }),
      true,
    ],
  ];
  for (const [what, settings, goesThrough] of rows) {
    await t.test(what, async (t) => {
      const proxy = await startProxy(t);
      const { env, nodeConfig = {} } = settings(proxy.url);
      const cluster = 'spec: {cluster: {name: demo,';
      const environment = `instance: {environment: {default: ${JSON.stringify(nodeConfig)}}}`;
      const node = await nodeFor(t, {
        userData: userData(eth1()).replace(cluster, `spec: {${environment}, ${cluster.slice(7)}`),
      });
      await succeeds(t, node, env);
      t.same([...proxy.asked], goesThrough ? [new URL(node.simulator.ec2Url).host] : []);
    });
  }
});

t.test('a clock that is wrong before NTP', async (t) => {
  for (const hours of [-1, 1]) {
    await t.test(`${hours} h`, async (t) => {
      const epoch = Date.now() - performance.now() + hours * 3_600_000;
      const node = await nodeFor(t, { userData: eth1(), simulator: { epoch } });
      await succeeds(t, node);
    });
  }
});
