import { execFile } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { ExitCode } from '../../../agent/failure.ts';
import { imdsEndpoint } from '../../../agent/imds/endpoint.ts';
import { createImds } from '../../../agent/imds/imds.ts';
import type { Imds } from '../../../agent/imds/port.ts';
import { recordingLog } from '../../recording-log.ts';
import { type NodeRequest, startSimulator } from '../../simulator/simulator.ts';

/** Short pauses: what is tested is whether there is another attempt. */
function imdsAt(endpoint: string): Imds {
  return createImds({ endpoint, clock: systemClock, random: () => 0.001, log: recordingLog().log });
}

async function launched(t: Test, request: Partial<NodeRequest> = {}) {
  let offset = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + offset };
  const sim = await startSimulator({ region: 'eu-west-1', clock });
  t.teardown(() => sim.close());
  const vpc = sim.world.addVpc({ id: 'vpc-11111111', cidr: '10.0.0.0/16' });
  const subnetId = 'subnet-11111111';
  sim.world.addSubnet({ id: subnetId, vpcId: vpc.id, cidr: '10.0.0.0/24', zone: 'eu-west-1a' });
  const node = await sim.launch({ type: 'm5.large', subnetId, ...request });
  return {
    node,
    launchedAt: sim.world.wallClock(sim.world.instance(node.instanceId).launchedAt),
    imds: imdsAt(node.imdsUrl),
    signal: AbortSignal.timeout(20_000),
    passTime: (ms: number) => {
      offset += ms;
    },
  };
}

/** An HTTP server that grants tokens and answers everything else as it is told to. */
async function serve(t: Test, answer: http.RequestListener, token = 'token'): Promise<string> {
  const server = http.createServer((request, response) =>
    request.method === 'PUT' ? response.end(token) : answer(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

t.test('who this instance is, and its user data to the byte', async (t) => {
  const userData = gzipSync('apiVersion: multus-bootstrap.io/v1alpha1');
  const { imds, node, launchedAt, signal } = await launched(t, { userData });
  t.strictSame(await imds.identity(signal), {
    instanceId: node.instanceId,
    instanceType: 'm5.large',
    zone: 'eu-west-1a',
    region: 'eu-west-1',
    vpcId: 'vpc-11111111',
    primaryMac: node.primaryEni.mac,
    accountId: '123456789012',
    launchedAt: `${launchedAt.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`,
  });
  t.strictSame(await imds.userData(signal), userData);
});

t.test('right after boot: broken connections, 404 and throttling pass', async (t) => {
  const { imds, node, signal } = await launched(t, {
    imds: { refuseNext: 2, notFoundNext: 3, throttleNext: 2 },
  });
  t.match(await imds.identity(signal), { instanceId: node.instanceId });
  const later = await launched(t);
  await later.imds.userData(later.signal);
  later.node.imds.notFoundNext = 2;
  t.match(
    await later.imds.identity(later.signal),
    { instanceId: later.node.instanceId },
    'with a token in hand',
  );
});

t.test('what IMDS does not know right after boot is asked for again', async (t) => {
  // Of the first requests, so many meet an IMDS that is not ready.
  for (const notFoundNext of [1, 2, 3, 4, 5, 6, 7]) {
    const { imds, signal } = await launched(t, {
      userData: 'x',
      profile: { roleName: 'node-role' },
      imds: { notFoundNext },
    });
    await imds.identity(signal);
    t.strictSame(await imds.userData(signal), Buffer.from('x'), `user data, ${notFoundNext}`);
    t.match((await imds.credentials(signal)).accessKeyId, /^ASIA/, `credentials, ${notFoundNext}`);
  }
});

t.test('no user data is an answer; a failed fetch is none', async (t) => {
  const without = await launched(t);
  await without.imds.identity(without.signal);
  t.equal(await without.imds.userData(without.signal), undefined);
  const { imds, node, signal } = await launched(t, { userData: 'x' });
  await imds.identity(signal);
  await imds.userData(signal);
  for (const trouble of ['throttleNext', 'refuseNext'] as const) {
    node.imds[trouble] = 2;
    t.strictSame(await imds.userData(signal), Buffer.from('x'), trouble);
  }
});

t.test('an answer cut short is asked for again', async (t) => {
  let asked = 0;
  const endpoint = await serve(t, (_, response) => {
    asked += 1;
    if (asked > 1) {
      response.end('whole');
    } else {
      response.writeHead(200, { 'content-length': 100 });
      response.write('who', () => response.destroy());
    }
  });
  t.strictSame(await imdsAt(endpoint).userData(AbortSignal.timeout(10_000)), Buffer.from('whole'));
});

t.test('one lost packet does not eat the deadline', async (t) => {
  let asked = 0;
  const endpoint = await serve(t, (_, response) => {
    asked += 1;
    if (asked > 1) {
      response.end('late');
    }
  });
  t.strictSame(await imdsAt(endpoint).userData(AbortSignal.timeout(10_000)), Buffer.from('late'));
});

t.test('a token that has ended is replaced', async (t) => {
  const { imds, signal, passTime } = await launched(t, { userData: 'x' });
  await imds.userData(signal);
  passTime(7 * 3_600_000);
  t.strictSame(await imds.userData(signal), Buffer.from('x'));
});

t.test('disabled: said at once, with the remedy', async (t) => {
  const { imds, signal } = await launched(t, { imds: { enabled: false } });
  await t.rejects(imds.identity(signal), {
    name: 'Failure',
    exitCode: ExitCode.unreachable,
    message: /403.*aws ec2 modify-instance-metadata-options --instance-id .* --http-endpoint enabled/,
  });
});

t.test('never an answer: the endpoint and what came back last', async (t) => {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  await t.rejects(imdsAt(`http://127.0.0.1:${port}`).identity(AbortSignal.timeout(200)), {
    exitCode: ExitCode.unreachable,
    message: new RegExp(`127\\.0\\.0\\.1:${port} gave no .*ECONNREFUSED.*firewall or iptables`),
  });
});

t.test('a deadline that has passed, or passes in mid-request', async (t) => {
  const endpoint = await serve(t, () => {});
  for (const signal of [AbortSignal.abort(), AbortSignal.timeout(50)]) {
    await t.rejects(imdsAt(endpoint).userData(signal), {
      exitCode: ExitCode.unreachable,
      message: /last: no answer/,
    });
  }
});

t.test('a name with several addresses: what each of them said', async (t) => {
  const lookup = imdsAt('http://localhost:1').identity(AbortSignal.timeout(100));
  await t.rejects(lookup, {
    exitCode: ExitCode.unreachable,
    message: /connect ECONNREFUSED (127\.0\.0\.1|::1):1/,
  });
});

t.test('what has not the form of an identity reaches no path', async (t) => {
  const good: Record<string, string> = {
    document: JSON.stringify({
      instanceId: 'i-12345678',
      instanceType: 'm5.large',
      availabilityZone: 'eu-west-1a',
      region: 'eu-west-1',
    }),
    mac: '0A:00:00:00:00:01',
    'vpc-id': 'vpc-12345678',
  };
  for (const [part, body] of [
    ['document', '<html>'],
    ['document', 'null'],
    ['document', '{"instanceId": "../../etc"}'],
    ['mac', '../../x'],
    ['vpc-id', 'vpc-1/../..'],
  ] as const) {
    const answers = { ...good, [part]: body };
    const endpoint = await serve(t, ({ url }, response) =>
      response.end(answers[url?.split('/').at(-1) ?? ''] ?? 'none'),
    );
    const identity = imdsAt(endpoint).identity(AbortSignal.timeout(5_000));
    await t.rejects(identity, { exitCode: ExitCode.unreachable, message: /^IMDS: got .* expected/ }, body);
  }
});

t.test('what has not the form of a token is used for none: something else answers', async (t) => {
  for (const token of ['<html>\n<body>Please log in</body></html>', '{"token": "x"}', 'a b', 'ä', '']) {
    let asked = 0;
    const endpoint = await serve(
      t,
      (_, response) => {
        asked += 1;
        response.end('x');
      },
      token,
    );
    await t.rejects(
      imdsAt(endpoint).userData(AbortSignal.timeout(5_000)),
      {
        exitCode: ExitCode.unreachable,
        message: /^IMDS: got \d+ bytes .* the token, expected .* Something else answers at IMDS's address/,
      },
      token,
    );
    t.equal(asked, 0);
  }
});

t.test("the instance profile's credentials, or why there are none", async (t) => {
  const { imds, signal } = await launched(t, { profile: { roleName: 'node-role' } });
  const { accessKeyId, expiration } = await imds.credentials(signal);
  t.match(accessKeyId, /^ASIA/);
  t.ok(expiration.getTime() > Date.now());
  const none = await launched(t, { profile: null });
  await t.rejects(none.imds.credentials(none.signal), {
    exitCode: ExitCode.notPermitted,
    message: /no instance profile.*associate-iam-instance-profile/,
  });
  const refused = await serve(t, ({ url }, response) =>
    response.end(url?.endsWith('/') ? 'node-role' : '{"Code": "AssumeRoleUnauthorizedAccess"}'),
  );
  await t.rejects(imdsAt(refused).credentials(signal), {
    exitCode: ExitCode.notPermitted,
    message: /role node-role \(AssumeRoleUnauthorizedAccess\).*trust policy/,
  });
});

t.test('where IMDS is', (t) => {
  t.equal(imdsEndpoint({}), 'http://169.254.169.254');
  t.equal(imdsEndpoint({ AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' }), 'http://[fd00:ec2::254]');
  const AWS_EC2_METADATA_SERVICE_ENDPOINT = 'http://127.0.0.1:1338';
  t.equal(imdsEndpoint({ AWS_EC2_METADATA_SERVICE_ENDPOINT }), AWS_EC2_METADATA_SERVICE_ENDPOINT);
  t.throws(() => imdsEndpoint({ AWS_EC2_METADATA_SERVICE_ENDPOINT: '127.0.0.1' }), {
    exitCode: ExitCode.configuration,
    message: /"127\.0\.0\.1": expected an http URL/,
  });
  t.end();
});

t.test('never by a proxy, even where Node is told to use one for everything', async (t) => {
  const { node } = await launched(t);
  let proxied = 0;
  const proxy = await serve(t, (_, response) => {
    proxied += 1;
    response.writeHead(403).end();
  });
  const script = `
    import { createImds } from './agent/imds/imds.ts';
    import { systemClock as clock } from './agent/clock.ts';
    const log = { info: console.error, debug() {} };
    const imds = createImds({ endpoint: '${node.imdsUrl}', clock, random: Math.random, log });
    console.log((await imds.identity(AbortSignal.timeout(5_000))).instanceId);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy },
    cwd: new URL('../../..', import.meta.url),
  });
  t.equal(stdout.trim(), node.instanceId);
  t.equal(proxied, 0);
});
