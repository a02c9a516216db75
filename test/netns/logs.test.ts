import t from 'tap';
import { enterNamespace } from './namespace.ts';
import { userData } from './simulated-node.ts';
import { eth1, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

const secret = 'do-not-tell-7f3a';
/** User data in which a part of another's holds a secret. */
const withSecret = userData(eth1()).replace(
  '--BOUNDARY--',
  `--BOUNDARY\nContent-Type: text/x-shellscript\n\n#!/bin/sh\nexport DB_PASSWORD=${secret}\n--BOUNDARY--`,
);

t.test('for the journal: each line has its priority, and no time', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  node.simulator.faults.add({
    action: 'CreateNetworkInterface',
    kind: { error: { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 } },
  });
  const success = (await node.run(['run'], { JOURNAL_STREAM: '8:12345' })).journal.split('\n');
  t.ok(
    success.every((line) => /^<[3467]>\S/.test(line)),
    success.join('\n'),
  );
  t.match(success[0], /^<6>multus-bootstrap \S+ on i-/);
  t.equal(success.filter((line) => line.startsWith('<4>')).length, 1, 'the throttle is a warning');
  t.match(success.at(-1), /^<6>ready in/);

  node.simulator.permissions.deny('DescribeSubnets');
  const failure = (await node.run(['run'], { JOURNAL_STREAM: '8:12345' })).journal.split('\n');
  t.equal(failure.filter((line) => line.startsWith('<3>')).length, 1, 'one error');
  t.match(failure.at(-1), /^<4>kubelet is held back \(exit code 4\)/);
});

t.test('a message of several lines has the priority on each', async (t) => {
  const node = await nodeFor(t, { userData: { timout: '5m', clustr: 'demo' } });
  const lines = (await node.run(['run'], { JOURNAL_STREAM: '8:12345' })).journal.split('\n');
  t.match(
    lines.filter((line) => line.startsWith('<3>')),
    [/^<3>user data part 2:4:3: spec\.timout/, /^<3>user data part 2:5:3: spec\.clustr/],
  );
});

t.test('for machines: every line is a JSON object with the same fields', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  const { journal } = await node.run(['run'], { LOG_FORMAT: 'json', LOG_LEVEL: 'debug' });
  const entries = journal.split('\n').map((line): Record<string, unknown> => JSON.parse(line));
  for (const entry of entries) {
    const { time, level, message } = entry;
    t.match({ time, level, message }, { time: /^\d{4}-.*Z$/, level: /^(info|debug)$/, message: /\S/ });
  }
  const [eni] = node.enis();
  t.match(
    entries.find(({ message }) => String(message).includes('claimed')),
    { interface: 'eth1', eni: eni?.id, subnet: eni?.subnetId, address: '10.0.4.4', mac: eni?.mac },
  );
  t.match(entries.at(-1), { level: 'info', message: /^ready in/ });
});

for (const LOG_FORMAT of ['json', 'text']) {
  t.test(`no credentials and no user data at debug level, LOG_FORMAT=${LOG_FORMAT}`, async (t) => {
    const node = await nodeFor(t, { userData: withSecret });
    // A refusal, a lost connection: what an SDK tells of its request when it goes wrong.
    node.simulator.faults.add({ action: 'CreateNetworkInterface', kind: 'reset' });
    node.simulator.faults.add({ action: 'AttachNetworkInterface', kind: 'lostAnswer' });
    node.simulator.faults.add({
      action: 'ModifyNetworkInterfaceAttribute',
      kind: { error: { code: 'InternalError', message: 'An internal error has occurred', status: 500 } },
    });
    const { exitCode, journal } = await node.run(['run'], { LOG_FORMAT, LOG_LEVEL: 'debug' });
    t.equal(exitCode, 0, journal);
    t.match(journal, 'trying again');
    t.notMatch(journal, secret);
    t.notMatch(journal, /ASIA[A-Z0-9]|aws4_request|X-Amz|AQAEA|BEGIN/i);
    const { accessKeyId, secretAccessKey, sessionToken } = await credentialsOf(node.node.imdsUrl);
    for (const each of [accessKeyId, secretAccessKey, sessionToken]) {
      t.notMatch(journal, each);
    }
  });
}

async function credentialsOf(imdsUrl: string) {
  const ask = async (path: string, init: RequestInit) => (await fetch(imdsUrl + path, init)).text();
  const token = await ask('/latest/api/token', {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  });
  const headers = { 'x-aws-ec2-metadata-token': token };
  const path = '/latest/meta-data/iam/security-credentials/';
  const role = await ask(path, { headers });
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(await ask(path + role, { headers }));
  return {
    accessKeyId: String(AccessKeyId),
    secretAccessKey: String(SecretAccessKey),
    sessionToken: String(Token),
  };
}
