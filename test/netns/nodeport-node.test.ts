import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { createServer } from 'node:net';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { type Clock, systemClock } from '../../agent/clock.ts';
import { hasCarrier } from '../../agent/nodeport/node/carrier.ts';
import { createGatewayCheck } from '../../agent/nodeport/node/gateway.ts';
import { createServingCheck } from '../../agent/nodeport/node/serving.ts';
import { probeTcp } from '../../agent/nodeport/node/tcp-probes.ts';
import type { NodePortLink } from '../../agent/nodeport/setup.ts';
import { enterNamespace } from './namespace.ts';
import { addPeer, type Peer, until } from './peer.ts';

await enterNamespace(import.meta.url);

const ip = async (...args: string[]) => (await execa('ip', args)).stdout;
const bound = () => AbortSignal.timeout(20_000);
const addresses = { 4: '10.0.4.201', 6: '2600:1f18:1:4::c9' } as const;

const link: NodePortLink = {
  name: 'eth1',
  mac: '02:00:00:00:00:01',
  eniId: 'eni-1',
  subnetId: 'subnet-1',
  cidrs: ['10.0.4.0/24', '2600:1f18:1:4::/64'],
  isPrimary: false,
  addresses: [],
};

t.test('a link’s carrier', async (t) => {
  const peer = await addPeer(t, 'eth1');
  await until(() => hasCarrier('eth1'));
  await peer.ip('link', 'set', 'far', 'down');
  await until(() => !hasCarrier('eth1'));
  await peer.ip('link', 'set', 'far', 'up');
  await until(() => hasCarrier('eth1'));
  await ip('link', 'set', 'eth1', 'down');
  t.equal(hasCarrier('eth1'), false, 'down');
  t.equal(hasCarrier('eth9'), false, 'no such link');
});

/** A link with a floating address as the agent sets it up, and the subnet's router at the far end. */
async function withRouter(t: Test, version: 4 | 6): Promise<{ silence(): Promise<void>; router: string }> {
  const peer = await addPeer(t, 'eth1');
  const router = version === 4 ? '10.0.4.1' : 'fe80:ec2::1';
  const router64 = [
    `${router}/${version === 4 ? 24 : 64}`,
    'dev',
    'far',
    ...(version === 6 ? ['nodad'] : []),
  ];
  await peer.ip('address', 'add', ...router64);
  const [long, nodad] = version === 4 ? [32, []] : [128, ['nodad']];
  await ip('address', 'add', `${addresses[version]}/${long}`, 'dev', 'eth1', 'noprefixroute', ...nodad);
  await ip(
    `-${version}`,
    'route',
    'add',
    'default',
    'via',
    router,
    'dev',
    'eth1',
    'onlink',
    'table',
    '52001',
  );
  await ip(`-${version}`, 'rule', 'add', 'priority', '901', 'from', addresses[version], 'table', '52001');
  t.teardown(() => ip(`-${version}`, 'rule', 'delete', 'priority', '901'));
  await until(() => hasCarrier('eth1'));
  return {
    router,
    silence: async () => {
      await peer.ip('address', 'delete', ...router64.slice(0, 3));
    },
  };
}

async function macOf(router: string): Promise<string | undefined> {
  const [entry] = JSON.parse((await ip('-json', 'neigh', 'show', 'to', router, 'dev', 'eth1')) || '[]');
  return entry?.lladdr;
}

for (const version of [4, 6] as const) {
  t.test(`IPv${version}: a router that answers, then is silent`, async (t) => {
    const { silence, router } = await withRouter(t, version);
    const answers = createGatewayCheck(systemClock);
    t.equal(await answers(link, addresses[version], bound(), 'holder'), true, 'nothing known of it before');
    const mac = await macOf(router);
    t.ok(mac, 'the kernel knows it now');
    t.equal(await answers(link, addresses[version], bound(), 'holder'), true, 'known before');
    t.equal(await answers(link, addresses[version], bound(), 'candidate'), true, 'to a candidate too');
    t.equal(await macOf(router), mac);
    await silence();
    for (const role of ['holder', 'candidate'] as const) {
      t.equal(await answers(link, addresses[version], bound(), role), false, `silent to a ${role}`);
      t.equal(await answers(link, addresses[version], bound(), role), false, `still silent to a ${role}`);
    }
    t.equal(
      await createGatewayCheck(systemClock)({ ...link, name: 'lo' }, addresses[version], bound(), 'holder'),
      true,
      'nothing follows for another link',
    );
  });

  t.test(`IPv${version}: a router that has never answered`, async (t) => {
    const { silence } = await withRouter(t, version);
    await silence();
    let isPatient = true;
    const sleep: Clock['sleep'] = (ms, signal) =>
      isPatient ? systemClock.sleep(ms, signal) : new Promise(() => undefined);
    const answers = createGatewayCheck({ ...systemClock, sleep });
    t.equal(await answers(link, addresses[version], bound(), 'candidate'), false, 'a candidate is told so');
    t.equal(await answers(link, addresses[version], bound(), 'holder'), true, 'to a holder it says nothing');
    isPatient = false;
    t.equal(await answers(link, addresses[version], bound(), 'holder'), true, 'not waited for again');
  });
}

t.test('a router that the kernel knows from before the watcher, and that is silent since', async (t) => {
  const { silence } = await withRouter(t, 4);
  await createGatewayCheck(systemClock)(link, addresses[4], bound(), 'holder');
  await silence();
  t.equal(await createGatewayCheck(systemClock)(link, addresses[4], bound(), 'holder'), false);
});

t.test('an aborted question ends at once', async (t) => {
  const { silence } = await withRouter(t, 4);
  await silence();
  const abort = new AbortController();
  const asked = createGatewayCheck(systemClock)(link, addresses[4], abort.signal, 'candidate');
  setImmediate(() => abort.abort(new Error('enough')));
  await t.rejects(asked, { message: 'enough' });
});

/** A server at the far end that only listens: the kernel completes the connections. */
async function listenThere(t: Test, peer: Peer): Promise<() => void> {
  const [file = '', ...args] = peer.enter;
  const script = `require('net').createServer((s) => s.on('error', () => {})).listen(30080, () => console.log('up'))`;
  const server = execa(file, [...args, process.execPath, '-e', script], { reject: false });
  await once(server.stdout, 'data');
  const kill = () => server.kill('SIGKILL');
  t.teardown(async () => {
    kill();
    await server;
  });
  return kill;
}

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

t.test('TCP probes', async (t) => {
  const peer = await addPeer(t, 'eth1');
  await ip('address', 'add', '10.9.0.1/24', 'dev', 'eth1');
  await ip('address', 'add', 'fd09::1/64', 'dev', 'eth1', 'nodad');
  await peer.ip('address', 'add', '10.9.0.2/24', 'dev', 'far');
  await peer.ip('address', 'add', 'fd09::2/64', 'dev', 'far', 'nodad');
  const kill = await listenThere(t, peer);

  const abort = new AbortController();
  const told: Record<'v4' | 'v6', boolean[]> = { v4: [], v6: [] };
  const started = performance.now();
  const probing = Object.entries({ v4: '10.9.0.2', v6: 'fd09::2' }).map(([key, address]) =>
    probeTcp(
      { address, intervalMs: 200 },
      30_080,
      systemClock,
      (answered) => void told[key === 'v4' ? 'v4' : 'v6'].push(answered),
      abort.signal,
    ),
  );
  const lastAre = (answered: boolean) => () =>
    [told.v4, told.v6].every(
      (each) => each.length > 3 && each.slice(-3).every((probe) => probe === answered),
    );
  await until(lastAre(true));
  kill();
  await until(lastAre(false));
  await listenThere(t, peer);
  await until(lastAre(true));
  await peer.ip('link', 'set', 'far', 'down');
  await until(lastAre(false));
  await peer.ip('link', 'set', 'far', 'up');
  await peer.ip('address', 'replace', 'fd09::2/64', 'dev', 'far', 'nodad');
  await until(lastAre(true));

  const due = Math.floor((performance.now() - started) / 200) + 1;
  t.ok(told.v4.length <= due && told.v6.length <= due, 'one probe an interval, no more');
  const files = await openFiles();
  abort.abort();
  await Promise.all(probing);
  const { length } = told.v4;
  await until(async () => (await openFiles()) <= files);
  t.equal(told.v4.length, length, 'nothing is told once it is over');
});

t.test('a port that answers nothing at all is a miss within the interval', async (t) => {
  await addPeer(t, 'eth1');
  await ip('address', 'add', '10.9.0.1/24', 'dev', 'eth1');
  await ip('neigh', 'replace', '10.9.0.9', 'dev', 'eth1', 'lladdr', '02:00:00:00:00:99', 'nud', 'permanent');
  const before = await openFiles();
  const abort = new AbortController();
  const told: boolean[] = [];
  const probing = probeTcp(
    { address: '10.9.0.9', intervalMs: 100 },
    30_080,
    systemClock,
    (answered) => void told.push(answered),
    abort.signal,
  );
  await until(() => told.length >= 10);
  t.ok(told.every((answered) => !answered));
  t.ok((await openFiles()) <= before + 3, 'the attempts before are closed');
  abort.abort();
  await probing;
});

t.test('kube-proxy’s health', async (t) => {
  const isServing = createServingCheck();
  t.equal(await isServing(undefined, bound()), undefined, 'it has never answered');
  let status = 503;
  const server = http.createServer((_, response) => response.writeHead(status).end('{}'));
  await once(server.listen(10_256, '0.0.0.0'), 'listening');
  t.equal(await isServing(undefined, bound()), false);
  status = 200;
  t.equal(await isServing(undefined, bound()), true);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  t.equal(await isServing(undefined, bound()), false, 'it is gone');
  t.equal(await createServingCheck()(undefined, bound()), undefined, 'a watcher that never heard it');

  const silent = createServer();
  await once(silent.listen(10_256, '127.0.0.1'), 'listening');
  t.equal(await isServing(undefined, bound()), false, 'it hangs');
  silent.close();
});

t.test('the port of the service, at this node’s own address', async (t) => {
  await addPeer(t, 'eth0');
  const isServing = createServingCheck();
  t.equal(await isServing(30_080, bound()), undefined, 'a node without any route');
  await ip('address', 'add', '10.0.1.7/24', 'dev', 'eth0');
  await ip('route', 'add', 'default', 'via', '10.0.1.1', 'dev', 'eth0');
  await ip('address', 'add', '10.0.4.201/32', 'dev', 'eth0', 'noprefixroute');
  t.equal(await isServing(30_080, bound()), false, 'nobody listens');
  const floating = createServer();
  await once(floating.listen(30_080, '10.0.4.201'), 'listening');
  t.equal(await isServing(30_080, bound()), false, 'only at the floating address');
  floating.close();
  const server = createServer();
  await once(server.listen(30_080, '10.0.1.7'), 'listening');
  t.equal(await isServing(30_080, bound()), true);
  server.close();
});
