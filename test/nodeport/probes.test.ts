import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { systemClock } from '../../agent/clock.ts';
import { createWatchNode } from '../../agent/nodeport/node/watch-node.ts';
import type { Probe } from '../../agent/nodeport/ports.ts';
import type { NodePortLink } from '../../agent/nodeport/setup.ts';
import { enterNamespace } from '../netns/namespace.ts';
import { addPeer, type Peer, until } from '../netns/peer.ts';
import { recordingLog } from '../recording-log.ts';

await enterNamespace(import.meta.url);

const ip = async (...args: string[]) => (await execa('ip', args)).stdout;
const intervalMs = 200;

function watchNode(t: Test, env: NodeJS.ProcessEnv = process.env) {
  const { log, warnings } = recordingLog();
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const { signal } = abort;
  const node = createWatchNode({ root: '/', env, clock: systemClock, random: () => 0, log, signal });
  return { node, warnings, abort, signal };
}

/** The processes that run `ping` to that address. */
function pings(address: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [file, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return file === 'ping' && args.includes(address);
      } catch {
        return false;
      }
    });
}

const targets = { 4: '198.18.94.2', 6: 'fd09::2' } as const;

async function withPeer(t: Test): Promise<Peer & { ignoreEcho(version: 4 | 6, on: boolean): Promise<void> }> {
  const peer = await addPeer(t, 'eth1');
  await ip('address', 'add', '198.18.94.1/24', 'dev', 'eth1');
  await ip('address', 'add', 'fd09::1/64', 'dev', 'eth1', 'nodad');
  await peer.ip('address', 'add', '198.18.94.2/24', 'dev', 'far');
  await peer.ip('address', 'add', 'fd09::2/64', 'dev', 'far', 'nodad');
  return {
    ...peer,
    async ignoreEcho(version, on) {
      const setting = version === 4 ? 'ipv4/icmp_echo_ignore_all' : 'ipv6/icmp/echo_ignore_all';
      const [file = '', ...args] = peer.enter;
      await execa(file, [...args, 'tee', `/proc/sys/net/${setting}`], { input: on ? '1' : '0' });
    },
  };
}

for (const version of [4, 6] as const) {
  const address = targets[version];
  t.test(`IPv${version}: a node that answers, then does not, then is cut off, then is back`, async (t) => {
    const peer = await withPeer(t);
    const { node, warnings, abort, signal } = watchNode(t);
    const told: Probe[] = [];
    const lastAre = (answered: boolean) => () =>
      told.length > 3 && told.slice(-3).every((probe) => probe.answered === answered);
    const started = performance.now();
    node.probe({ address, intervalMs }, (probe) => void told.push(probe), signal);
    await until(lastAre(true));
    t.equal(pings(address).length, 1, 'one process for all probes');
    await peer.ignoreEcho(version, true);
    await until(lastAre(false));
    await peer.ignoreEcho(version, false);
    await until(lastAre(true));
    await peer.ip('link', 'set', 'far', 'down');
    await until(lastAre(false));
    await peer.ip('link', 'set', 'far', 'up');
    await peer.ip('address', 'replace', 'fd09::2/64', 'dev', 'far', 'nodad');
    await until(lastAre(true));
    t.ok(told.length <= (performance.now() - started) / intervalMs + 1, 'no more than one an interval');
    t.ok(told.every(({ kind }) => kind === 'icmp'));
    abort.abort();
    await until(() => pings(address).length === 0);
    t.same(warnings, []);
  });
}

t.test('a ping that is killed is started again', async (t) => {
  await withPeer(t);
  const { node, signal } = watchNode(t);
  const told: boolean[] = [];
  node.probe({ address: targets[4], intervalMs }, ({ answered }) => void told.push(answered), signal);
  await until(() => told.length >= 2);
  t.notOk(told.includes(false));
  const [pid = 0] = pings(targets[4]);
  process.kill(pid, 'SIGKILL');
  await until(() => told.includes(false));
  await until(() => told.at(-1) === true);
  t.not(pings(targets[4])[0], pid);
});

t.test('without a route, each interval is a miss, until there is one', async (t) => {
  await withPeer(t);
  const { node, warnings, signal } = watchNode(t);
  const told: boolean[] = [];
  const started = performance.now();
  const address = '10.77.0.2';
  node.probe({ address, intervalMs }, ({ answered }) => void told.push(answered), signal);
  await until(() => told.length >= 5);
  t.ok(performance.now() - started > 4 * intervalMs, 'no faster than the interval');
  t.notOk(told.includes(true));
  await ip('address', 'add', `${address}/32`, 'dev', 'lo');
  await until(() => told.at(-1) === true);
  t.same(warnings, []);
});

t.test('without ping: one warning, nothing told but TCP', async (t) => {
  await withPeer(t);
  const { node, warnings, signal } = watchNode(t, { PATH: '/nonexistent' });
  const told: string[] = [];
  for (const address of ['198.18.94.2', '198.18.94.3']) {
    node.probe({ address, port: 30_080, intervalMs }, ({ kind }) => void told.push(kind), signal);
  }
  await until(() => told.length >= 6 && warnings.length > 0);
  t.notOk(told.includes('icmp'));
  t.equal(warnings.length, 1);
  t.match(warnings[0], /there is no `ping`.*install iputils/);
});

for (const [title, end] of [
  ['exits', (process: ReturnType<typeof prober>) => process.stdin.write('x')],
  ['is killed', (process: ReturnType<typeof prober>) => process.kill('SIGKILL')],
] as const) {
  t.test(`the pings of a watcher that ${title} end`, async (t) => {
    await withPeer(t);
    const process = prober();
    t.teardown(() => process.kill('SIGKILL'));
    await once(process.stdout, 'data');
    t.equal(pings(targets[4]).length, 1);
    end(process);
    await process;
    await until(() => pings(targets[4]).length === 0);
  });
}

function prober() {
  const file = fileURLToPath(new URL('prober.ts', import.meta.url));
  return execa(process.execPath, [file, targets[4]], { reject: false });
}

const link: NodePortLink = {
  name: 'eth1',
  mac: '02:00:00:00:00:01',
  eniId: 'eni-1',
  subnetId: 'subnet-1',
  cidrs: ['198.18.94.0/24'],
  isPrimary: false,
  addresses: [],
};

t.test('neighbours are told who has the address now', async (t) => {
  const peer = await withPeer(t);
  await ip('address', 'add', '198.18.94.201/32', 'dev', 'eth1', 'noprefixroute');
  const other = ['198.18.94.201', 'dev', 'far', 'lladdr', '02:00:00:00:00:99', 'nud', 'stale'];
  await peer.ip('neigh', 'replace', ...other);
  const { node } = watchNode(t);
  await node.announce(link, '198.18.94.201');
  const own = readFileSync('/sys/class/net/eth1/address', 'utf8').trim();
  t.match(await peer.ip('neigh', 'show', 'to', '198.18.94.201'), `lladdr ${own}`);
});

t.test('nothing that is in the way of it is thrown', async (t) => {
  await withPeer(t);
  const { node, warnings } = watchNode(t);
  await node.announce({ ...link, name: 'eth9' }, '198.18.94.201');
  await node.announce(link, 'fd09::201');
  t.same(warnings, []);
});
