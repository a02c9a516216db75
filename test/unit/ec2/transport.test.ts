import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import t, { type Test } from 'tap';
import { classify } from '../../../agent/ec2/classify.ts';
import { createTransport, endpointFor } from '../../../agent/ec2/transport.ts';
import { ExitCode } from '../../../agent/failure.ts';

t.test('the endpoint: by region, partition and the SDK variables', (t) => {
  const rows: readonly [string, region: string, env?: Record<string, string>][] = [
    ['https://ec2.eu-west-1.amazonaws.com/', 'eu-west-1'],
    ['https://ec2.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
    ['https://ec2.us-iso-east-1.c2s.ic.gov/', 'us-iso-east-1'],
    ['https://ec2-fips.us-east-1.amazonaws.com/', 'us-east-1', { AWS_USE_FIPS_ENDPOINT: 'true' }],
    ['https://ec2.eu-west-1.api.aws/', 'eu-west-1', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
    ['http://localhost:4566/', 'eu-west-1', { AWS_ENDPOINT_URL: 'http://localhost:4566' }],
    [
      'http://a/',
      'eu-west-1',
      { AWS_ENDPOINT_URL: 'http://b', AWS_ENDPOINT_URL_EC2: 'http://a', AWS_USE_FIPS_ENDPOINT: 'true' },
    ],
  ];
  for (const [expected, region, env] of rows) {
    t.equal(endpointFor(region, env ?? {}).href, expected);
  }
  const configuration = { exitCode: ExitCode.configuration };
  t.throws(() => endpointFor('eu-west-1', { AWS_ENDPOINT_URL_EC2: 'ec2:80' }), {
    ...configuration,
    message: /AWS_ENDPOINT_URL_EC2 is "ec2:80"/,
  });
  for (const env of [{}, { AWS_ENDPOINT_URL_EC2: 'http://a' }]) {
    for (const region of ['foo bar', '', 'eu-west-1/..', 'eu-west-1 ', 'EU-WEST-1']) {
      t.throws(() => endpointFor(region, env), {
        ...configuration,
        message: `AWS_REGION is "${region}": expected a Region, eu-west-1`,
      });
    }
  }
  t.end();
});

async function listen(t: Test, server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What comes of a call to the endpoint, with short time-outs. */
async function outcome(endpoint: string) {
  const client = new EC2Client({
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: createTransport(undefined, { connectionMs: 100, requestMs: 100 }),
    maxAttempts: 1,
  });
  const error: unknown = await client.send(new DescribeSubnetsCommand({})).catch((reason: unknown) => reason);
  return classify('DescribeSubnets', error, Date.now());
}

t.test('an answer that never comes, or is cut short: the call may have taken effect', async (t) => {
  const silent = net.createServer(() => {});
  t.match(await outcome(await listen(t, silent)), { class: 'transient', code: 'ETIMEDOUT' });
  const cut = http.createServer((_, response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('<Describe', () => response.destroy());
  });
  t.match(await outcome(await listen(t, cut)), { class: 'transient' });
  const html = http.createServer((_, response) => response.writeHead(403).end('<html>blocked</html>'));
  t.match(await outcome(await listen(t, html)), { class: 'unreachable', code: 'HTTP 403' });
});

t.test('a connection that cannot be made: without effect', async (t) => {
  const server = net.createServer();
  const endpoint = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  t.match(await outcome(endpoint), { class: 'unreachable', code: 'ECONNREFUSED' });
  t.match(await outcome('http://no-such-host.invalid'), {
    class: 'unreachable',
    code: /ENOTFOUND|EAI_AGAIN/,
  });
});
