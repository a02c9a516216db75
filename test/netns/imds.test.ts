import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { enterNamespace } from './namespace.ts';
import type { TestNode } from './simulated-node.ts';
import { eth1, failsCleanly, nodeFor, resultOf, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

/** The image's own file, for a deadline that holds before there is any user data. */
async function imageFile(node: TestNode, spec: string): Promise<void> {
  const folder = join(node.root, 'etc/multus-bootstrap/config.d');
  await mkdir(folder, { recursive: true });
  const head = 'apiVersion: multus-bootstrap.io/v1alpha1\nkind: MultusNodeConfig\n';
  await writeFile(join(folder, '10-image.yaml'), `${head}spec: ${spec}\n`);
}

const unreachable: [string, (node: TestNode) => Record<string, string>, RegExp][] = [
  [
    'refuses every connection',
    () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' }),
    /last: connect ECONNREFUSED 127\.0\.0\.1:1\. Is this an EC2 instance\?/,
  ],
  [
    'breaks every connection',
    ({ node }) => {
      node.imds.refuseNext = Number.POSITIVE_INFINITY;
      return {};
    },
    // The deadline may fall into an attempt.
    /last: (socket hang up|read ECONNRESET|no answer( in time)?)\. Is/,
  ],
  [
    'does not answer',
    ({ node }) => {
      node.imds.latencyMs = 60_000;
      return {};
    },
    /last: no answer( in time)?\. Is/,
  ],
  [
    'says 404 for ever',
    ({ node }) => {
      node.imds.notFoundNext = Number.POSITIVE_INFINITY;
      return {};
    },
    /last: HTTP 404 to PUT \/latest\/api\/token\. Is/,
  ],
];
for (const [title, arrange, last] of unreachable) {
  t.test(`an IMDS that ${title}`, async (t) => {
    const node = await nodeFor(t, {});
    await imageFile(node, '{timeout: 6s}');
    const env = arrange(node);
    const started = performance.now();
    const result = await failsCleanly(
      t,
      node,
      {
        exitCode: 8,
        message: [
          /^IMDS at http:\/\/127\.0\.0\.1:\d+\/? gave no \S+ before the deadline/,
          last,
          'AWS_EC2_METADATA_SERVICE_ENDPOINT',
        ],
      },
      env,
    );
    t.ok(performance.now() - started < 15_000, 'the deadline holds');
    t.equal(result.instanceId, 'unknown');
    t.equal(node.simulator.record.calls.length, 0);
  });
}

t.test('an IMDS that is disabled is told at once, with the remedy', async (t) => {
  const node = await nodeFor(t, {});
  node.node.imds.enabled = false;
  const result = await failsCleanly(t, node, {
    exitCode: 8,
    message: [
      'is disabled for this instance (HTTP 403 to PUT /latest/api/token)',
      '--http-endpoint enabled',
      'MetadataOptions.HttpEndpoint',
    ],
  });
  t.ok(result.ms < 10_000, 'no deadline was waited for');
});

t.test('an IMDS that is slow', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  node.node.imds.latencyMs = 400;
  await succeeds(t, node);
});

t.test('right after boot: refusals, 404s and throttling, told once each', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  Object.assign(node.node.imds, { refuseNext: 3, notFoundNext: 3, throttleNext: 3 });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  const told = journal.split('\n').filter((line) => line.includes('IMDS gives no'));
  t.ok(told.length >= 1 && told.length <= 2, journal);
  t.match(told[0], /IMDS gives no \S+ yet \(.+\): trying again/);
  t.match(await resultOf(node), { gate: 'open', interfaces: [{ address: '10.0.4.4' }] });
});

t.test('a token that ends during the run is replaced', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  node.node.imds.expireTokenNext = 1;
  await succeeds(t, node);
  t.equal(node.node.imds.expireTokenNext, 0);
});

t.test('no user data, and no file in the image: nothing to do', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0);
  t.match(journal, 'no configuration, neither in the user data nor in');
  t.match(await resultOf(node), { gate: 'open', interfaces: [], ec2Calls: {} });
});

t.test('no user data, and a file in the image: that is the configuration', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  await imageFile(node, JSON.stringify(eth1()));
  await succeeds(t, node);
});
