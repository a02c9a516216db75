import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import type { Clock } from '../../../../agent/clock.ts';
import { createDrainWatch } from '../../../../agent/nodeport/node/drain-watch.ts';
import type { Log } from '../../../../agent/report/log.ts';
import { type ApiServer, startApiServer } from './api-server.ts';

/** Pauses of half a minute are a tenth of a second. */
const haste = 300;
const clock: Clock = {
  now: () => performance.now() * haste,
  sleep: (ms, signal) => delay(ms / haste, undefined, { signal }),
};

const nodes = {
  working: { metadata: { name: 'n' }, spec: {} },
  cordoned: { metadata: { name: 'n' }, spec: { unschedulable: true } },
};

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`not within 20 s: ${condition}`);
    }
    await delay(5);
  }
}

/** A node with a kubeconfig whose user is as given; undefined: it has none. Its IMDS refuses connections. */
async function drainWatch(
  t: Test,
  api: ApiServer | undefined,
  user: object = {},
  imds = 'http://127.0.0.1:1',
) {
  const root = t.testdir({ var: { lib: { kubelet: {} } } });
  const kubeconfig = join(root, 'var/lib/kubelet/kubeconfig');
  const writeKubeconfig = async (of: ApiServer) => {
    await writeFile(join(root, 'ca.crt'), of.ca);
    const config = {
      clusters: [{ name: 'c', cluster: { server: of.url, 'certificate-authority': join(root, 'ca.crt') } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
      users: [{ name: 'u', user }],
    };
    await writeFile(kubeconfig, stringify(config));
  };
  if (api !== undefined) {
    await writeKubeconfig(api);
  }
  const said: string[] = [];
  const at = (level: string) => (message: string) => void said.push(`${level}: ${message}`);
  const nothing = () => undefined;
  const log: Log = {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: nothing,
    progress: nothing,
  };
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const env = { PATH: process.env.PATH, AWS_EC2_METADATA_SERVICE_ENDPOINT: imds };
  const isDraining = createDrainWatch({ root, env, clock, random: () => 0.5, log, signal: abort.signal });
  return { isDraining, said, root, writeKubeconfig, abort };
}

t.test('a Node that is cordoned, uncordoned, and deleted, as it is heard', async (t) => {
  const api = await startApiServer(t);
  api.tokens = ['abc'];
  api.node = nodes.working;
  const { isDraining, said, abort } = await drainWatch(t, api, { token: 'abc' });
  t.same(api.requests, [], 'nobody has asked yet');
  t.equal(isDraining(), false);
  await until(() => api.requests.length === 2);
  t.match(api.requests[1], /^GET \/api\/v1\/nodes\?watch=true&fieldSelector=metadata\.name%3Dip-10-0-1-7/);
  // The answer to the watch is on its way.
  await delay(50);
  t.equal(isDraining(), false);
  api.send('MODIFIED', nodes.cordoned);
  await until(isDraining);
  api.send('MODIFIED', nodes.working);
  await until(() => !isDraining());
  api.send('DELETED', nodes.working);
  await until(isDraining);
  t.same(said, [
    'info: this node is about to go: the Node is cordoned',
    'info: no longer: the Node is cordoned',
    'info: this node is about to go: the Node is deleted',
  ]);
  const { length } = api.requests;
  abort.abort();
  await delay(200);
  t.equal(api.requests.length, length, 'over');
});

t.test('a watch that breaks is begun anew, with what has changed since', async (t) => {
  const api = await startApiServer(t);
  api.tokens = ['abc'];
  api.node = nodes.working;
  const { isDraining, said } = await drainWatch(t, api, { token: 'abc' });
  isDraining();
  await until(() => api.requests.length === 2);
  await delay(50);
  api.node = nodes.cordoned;
  api.cut();
  await until(isDraining);
  t.equal(api.requests.length, 3, 'the name is known');
  api.send('ERROR', { kind: 'Status', message: 'too old' });
  await until(() => api.requests.length === 4);
  t.equal(isDraining(), true, 'as it was last told');
  t.same(said, ['info: this node is about to go: the Node is cordoned'], 'that is no news');
});

t.test('kubelet’s client certificate', async (t) => {
  const api = await startApiServer(t);
  api.node = nodes.cordoned;
  const { isDraining, root } = await drainWatch(t, api, {
    'client-certificate': '../../../current.pem',
    'client-key': '../../../current.pem',
  });
  const { cert, key } = api.clientCertificate;
  await writeFile(join(root, 'current.pem'), cert + key);
  await until(isDraining);
});

t.test('a token file that is renewed', async (t) => {
  const api = await startApiServer(t);
  api.tokens = ['new'];
  api.node = nodes.cordoned;
  const { isDraining, said, root } = await drainWatch(t, api, { tokenFile: '../../../token' });
  await writeFile(join(root, 'token'), 'old\n');
  isDraining();
  await until(() => said.length > 0);
  t.match(said[0], /^warn: the API server does not tell .*: HTTP 401: Unauthorized; it is asked again/);
  await writeFile(join(root, 'token'), 'new\n');
  await until(isDraining);
});

t.test('an exec plugin', async (t) => {
  const api = await startApiServer(t);
  api.tokens = ['token 1'];
  api.node = nodes.working;
  const apiVersion = 'client.authentication.k8s.io/v1beta1';
  const exec = {
    apiVersion,
    command: './plugin',
    args: ['token', '-i', 'my cluster'],
    env: [{ name: 'A', value: 'b' }],
  };
  const { isDraining, root, said } = await drainWatch(t, api, { exec });
  const folder = join(root, 'var/lib/kubelet');
  const runs = async () => (await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n');
  const answers = async (token: string, lifeMs: number) => {
    const status = { token, expirationTimestamp: new Date(Date.now() + lifeMs).toISOString() };
    await writeFile(join(folder, 'answer'), JSON.stringify({ kind: 'ExecCredential', apiVersion, status }));
  };
  await writeFile(
    join(folder, 'plugin'),
    `#!/bin/sh\ncd ${folder}\necho "$# $3 $A $KUBERNETES_EXEC_INFO" >>runs\ncat answer\n`,
  );
  await chmod(join(folder, 'plugin'), 0o755);
  await answers('token 1', 900_000);
  isDraining();
  await until(() => api.requests.length === 2);
  t.same(await runs(), [
    `3 my cluster b {"apiVersion":"${apiVersion}","kind":"ExecCredential","spec":{"interactive":false}}`,
  ]);

  await delay(50);
  api.cut();
  await until(() => api.requests.length === 3);
  t.equal((await runs()).length, 1, 'the token is still good');

  await answers('token 2', 30_000);
  api.tokens = ['token 2'];
  api.node = nodes.cordoned;
  await delay(50);
  api.cut();
  await until(isDraining);
  t.equal((await runs()).length, 2, 'the token was refused');

  await answers('token 3', 900_000);
  api.tokens = ['token 3'];
  api.node = nodes.working;
  api.cut();
  await until(() => !isDraining());
  t.equal((await runs()).length, 3, 'the token was about to expire');
  t.notOk(
    said.some((line) => line.includes('token')),
    'no secret is told',
  );
});

t.test('what is in the way is told once, and it is tried again', async (t) => {
  const cases: [string, object, (api: ApiServer) => void, RegExp][] = [
    [
      'a plugin that is not there',
      { exec: { command: 'no-such-plugin' } },
      () => undefined,
      /^warn: .*`no-such-plugin` failed: .*ENOENT/,
    ],
    [
      'a plugin that fails',
      { exec: { command: 'false' } },
      () => undefined,
      /^warn: .*`false` failed: exited with code 1/,
    ],
    [
      'a plugin that says nothing',
      { exec: { command: 'true' } },
      () => undefined,
      /^warn: .*`true` answered no ExecCredential/,
    ],
    [
      'no node’s credentials',
      { token: 'abc' },
      (api) => {
        api.username = 'system:serviceaccount:a:b';
      },
      /^warn: .*those of system:serviceaccount:a:b, not of a system:node:/,
    ],
    [
      'another CA',
      { token: 'abc' },
      (api) => {
        api.ca = api.clientCertificate.cert;
      },
      /^warn: .*(unable to verify|self.signed|unable to get)/i,
    ],
  ];
  for (const [title, user, arrange, expected] of cases) {
    await t.test(title, async (t) => {
      const api = await startApiServer(t);
      api.tokens = ['abc'];
      api.node = nodes.cordoned;
      arrange(api);
      const { isDraining, said } = await drainWatch(t, api, user);
      isDraining();
      await until(() => said.length > 0);
      t.match(said[0], expected);
      await delay(300);
      t.equal(isDraining(), false);
      t.equal(said.length, 1);
    });
  }
});

t.test('kubelet gets its kubeconfig after the watcher has begun', async (t) => {
  const api = await startApiServer(t);
  api.tokens = ['abc'];
  api.node = nodes.cordoned;
  const { isDraining, said, writeKubeconfig } = await drainWatch(t, undefined, { token: 'abc' });
  isDraining();
  await until(() => said.length > 0);
  t.match(said[0], /^info: the API server does not tell .*ENOENT/);
  await writeKubeconfig(api);
  await until(isDraining);
});

t.test('IMDS says that the end is near', async (t) => {
  const metadata = new Map<string, string>();
  const imds = http.createServer((request, response) => {
    const body = request.method === 'PUT' ? 'dG9rZW4=' : metadata.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await once(imds.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    imds.closeAllConnections();
    imds.close();
  });
  const address = imds.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { isDraining } = await drainWatch(t, undefined, {}, `http://127.0.0.1:${port}`);
  t.equal(isDraining(), false);
  await delay(100);
  t.equal(isDraining(), false, 'neither is there');
  metadata.set('/latest/meta-data/autoscaling/target-lifecycle-state', 'Terminated');
  await until(isDraining);
  metadata.set('/latest/meta-data/autoscaling/target-lifecycle-state', 'InService');
  await until(() => !isDraining());
  metadata.set(
    '/latest/meta-data/spot/instance-action',
    '{"action": "terminate", "time": "2026-09-18T08:22:00Z"}',
  );
  await until(isDraining);
});
