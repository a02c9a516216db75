import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import type { NodePortLink } from '../../agent/nodeport/setup.ts';
import { createFabric } from './bench/fabric.ts';
import { enterFabric, ip, run } from './bench/namespaces.ts';
import { addNode, subnets } from './bench/node.ts';
import { configure, floating, nodePortLink } from './bench/world.ts';

await enterFabric(import.meta.url);
const fabric = await createFabric(Object.values(subnets).map(({ router }) => router));
const node = await addNode(fabric, 1);
const links = [nodePortLink(node.eth1, floating.eth1), nodePortLink(node.eth2, floating.eth2)];

const everything = `
nft --stateless list ruleset
ip -4 rule
ip -6 rule
ip -4 route show table all
ip -6 route show table all
ip -details address
grep -r . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/ipv4/ip_forward 2>/dev/null || true
`;

/** All that the kernel has of the node's network. */
async function state(): Promise<string> {
  return run(node.name, ['sh', '-ec', everything]);
}

t.test('all is set up, and a second time there is nothing to do; then all is taken away', async (t) => {
  const before = await state();
  t.same((await configure(node, links)).changes, [
    {
      name: 'eth1',
      changes: [
        'IPv4 way back',
        'address 10.0.4.201',
        'IPv6 way back',
        'address 2600:1f18:1:4::201',
        'connection marks',
      ],
    },
    {
      name: 'eth2',
      changes: [
        'IPv4 way back',
        'address 10.0.5.201',
        'IPv6 way back',
        'address 2600:1f18:1:5::201',
        'connection marks',
      ],
    },
  ]);
  const after = await state();
  t.not(after, before);
  t.same((await configure(node, links)).changes, []);
  t.equal(await state(), after);
  t.same((await configure(node, [])).changes, [
    {
      name: 'eth1',
      changes: [
        'IPv4 way back removed',
        'address 10.0.4.201 removed',
        'IPv6 way back removed',
        'address 2600:1f18:1:4::201 removed',
      ],
    },
    {
      name: 'eth2',
      changes: [
        'IPv4 way back removed',
        'address 10.0.5.201 removed',
        'IPv6 way back removed',
        'address 2600:1f18:1:5::201 removed',
      ],
    },
  ]);
  t.equal(await state(), before);
  t.same((await configure(node, [])).changes, []);
});

t.test('one configuration after another leaves what a first one would', async (t) => {
  const [one, two] = [nodePortLink(node.eth1, ['10.0.4.201']), nodePortLink(node.eth2, ['10.0.5.201'])];
  const configurations: Record<string, NodePortLink[]> = {
    'one more': [nodePortLink(node.eth1, ['10.0.4.202', '10.0.4.203', '2600:1f18:1:4::202'])],
    'the links in another order': [two, one],
    'the order of before': [one, two],
    'IPv6 alone': [nodePortLink(node.eth1, ['2600:1f18:1:4::202'])],
    'the primary link': [
      { ...nodePortLink(node.primary, ['10.0.1.201']), isPrimary: true, cidrs: subnets.primary.cidrs },
    ],
  };
  const before = await state();
  t.teardown(() => configure(node, []));
  const fresh = new Map<string, string>();
  for (const [title, configuration] of Object.entries(configurations)) {
    await configure(node, []);
    await configure(node, configuration);
    fresh.set(title, sorted(await state()));
  }
  t.equal(new Set(fresh.values()).size, fresh.size);
  // Each comes once after each other.
  const titles = Object.keys(configurations);
  const pairs = titles.flatMap((one, n) => titles.slice(n + 1).flatMap((other) => [one, other]));
  let former = titles.at(-1);
  for (const title of pairs) {
    await configure(node, configurations[title] ?? []);
    t.equal(sorted(await state()), fresh.get(title), `${title} after ${former}`);
    former = title;
  }
  await configure(node, []);
  t.equal(await state(), before);
});

/** Rules and addresses stand in the order in which they came. */
function sorted(text: string): string {
  return text.split('\n').sort().join('\n');
}

t.test('whatever has gone is put back', async (t) => {
  await configure(node, links);
  t.teardown(() => configure(node, []));
  const whole = sorted(await state());
  const marks = ['eth1', 'eth2'].map((name) => ({ name, changes: ['connection marks'] }));
  const losses: Record<string, { command: string[]; told: object[] }> = {
    'the ruleset': { command: ['nft', 'delete', 'table', 'inet', 'multus_bootstrap'], told: marks },
    'the rules of a chain': {
      command: ['nft', 'flush', 'chain', 'inet', 'multus_bootstrap', 'output'],
      told: marks,
    },
    'a rule': {
      command: ['ip', 'rule', 'del', 'priority', '901', 'from', '10.0.5.201'],
      told: [{ name: 'eth2', changes: ['IPv4 way back'] }],
    },
    'an address': {
      command: ['ip', 'address', 'del', '2600:1f18:1:4::201/128', 'dev', 'eth1'],
      told: [{ name: 'eth1', changes: ['address 2600:1f18:1:4::201'] }],
    },
    'the last IPv4 address of a link, and its routes with it': {
      command: ['ip', 'address', 'del', '10.0.4.201/32', 'dev', 'eth1'],
      told: [{ name: 'eth1', changes: ['IPv4 way back', 'address 10.0.4.201'] }],
    },
    'all of a link that was down': {
      command: ['sh', '-c', 'ip link set eth1 down; ip link set eth1 up'],
      told: [{ name: 'eth1', changes: ['IPv4 way back', 'IPv6 way back', 'address 2600:1f18:1:4::201'] }],
    },
  };
  for (const [title, { command, told }] of Object.entries(losses)) {
    await run(node.name, command);
    t.same((await configure(node, links)).changes, told, title);
    t.equal(sorted(await state()), whole, title);
  }
});

t.test('a run and the watcher at once', async (t) => {
  t.teardown(() => configure(node, []));
  await t.test('with the same addresses', async (t) => {
    await configure(node, links);
    const whole = sorted(await state());
    for (let round = 0; round < 3; round++) {
      await configure(node, []);
      t.same(
        (await Promise.all([outcome(links), outcome(links)])).flatMap(({ failure }) => failure ?? []),
        [],
      );
      t.equal(sorted(await state()), whole);
    }
  });
  await t.test('with others: the addresses of one of them, whole', async (t) => {
    const former = [nodePortLink(node.eth1, ['10.0.4.202'])];
    const states: string[] = [];
    for (const each of [former, links]) {
      await configure(node, each);
      states.push(sorted(await state()));
    }
    for (let round = 0; round < 3; round++) {
      await run(node.name, ['ip', 'address', 'flush', 'dev', 'eth1']);
      const outcomes = await Promise.all([outcome(former), outcome(links)]);
      t.same(
        outcomes.flatMap(({ failure }) => failure ?? []),
        [],
      );
      t.ok(states.includes(sorted(await state())));
    }
  });
});

t.test('a link that is gone keeps no other from being set right; each that fails is told of', async (t) => {
  await configure(node, links);
  t.teardown(() => configure(node, []));
  const whole = await ofLink('eth2');
  // As a pod takes it that is given the device itself.
  await run(node.name, ['sh', '-ec', 'ip link set eth1 down; ip link set eth1 name taken']);
  t.teardown(() => run(node.name, ['sh', '-ec', 'ip link set taken name eth1; ip link set eth1 up']));
  await run(node.name, ['sh', '-ec', 'ip link set eth2 down; ip link set eth2 up']);
  t.not(await ofLink('eth2'), whole);
  const [, eth2] = links;
  const { failure = '' } = await outcome([...links, { ...eth2, name: 'eth9' }]);
  t.match(failure.split('\n'), [
    /^9: eth1: `ip -4 route .* failed: Cannot find device "eth1"; /,
    /^eth9: `ip -4 route .* failed: Cannot find device "eth9"; /,
    /^eth1: `ip -6 route /,
    /^eth9: `ip -6 route /,
  ]);
  t.equal(await ofLink('eth2'), whole);
});

/** What the kernel has for a link: addresses, and its own table. */
async function ofLink(name: 'eth1' | 'eth2'): Promise<string> {
  const table = name === 'eth1' ? 52_001 : 52_002;
  const questions = [`address show dev ${name}`, `route show table ${table}`, `-6 route show table ${table}`];
  return sorted(await run(node.name, ['sh', '-ec', questions.map((each) => `ip ${each}`).join('\n')]));
}

t.test('what others have there stays', async (t) => {
  await ip(node.name, [
    'address add 10.0.4.250/32 dev eth1',
    'address add 10.0.5.201/32 dev eth2',
    'address add 2600:1f18:1:4::250/64 dev eth1 nodad',
    'rule add priority 900 from 10.0.4.250 table 52001',
    'rule add priority 901 from 10.0.4.251 table 100 protocol 109',
    'route add 192.0.2.0/24 dev eth1 table 52001',
    'route add 192.0.2.0/24 dev eth1 table 100 protocol 109',
  ]);
  const before = await state();
  await configure(node, links);
  const { changes } = await configure(node, []);
  t.notMatch(
    JSON.stringify(changes),
    /10\.0\.5\.201/,
    'an address that was there before, of those that are ours',
  );
  t.equal(await state(), before);
});

/** As `configure`, of one that may fail. */
async function outcome(given: unknown, env: Record<string, string> = {}) {
  const program = new URL('bench/configure.ts', import.meta.url).pathname;
  const args = [
    'netns',
    'exec',
    node.name,
    process.execPath,
    program,
    `/run/${node.name}`,
    JSON.stringify(given),
  ];
  const { stdout } = await execa('ip', args, { env, reject: false });
  const told: { changes?: object[]; failure?: string } = JSON.parse(stdout);
  return told;
}

t.test('failures', async (t) => {
  const bin = join(t.testdir({}), 'bin');
  await mkdir(bin);
  for (const tool of ['ip', 'flock']) {
    await symlink((await execa('which', [tool])).stdout, join(bin, tool));
  }
  const before = await state();
  t.equal(
    (await outcome(links, { PATH: bin })).failure,
    '9: NodePort addresses need nftables for the way back of their traffic: `nft list table inet multus_bootstrap` failed: spawn nft ENOENT; install nftables',
  );
  t.equal(await state(), before, 'nothing is changed before that is known');
  t.same(
    (await outcome([], { PATH: bin })).changes,
    [],
    'an image without nft, where there is nothing to do',
  );
  const [eth1] = links;
  t.match(
    (await outcome([{ ...eth1, name: 'eth9' }])).failure,
    /^9: eth9: `ip -4 route replace 10\.0\.4\.0\/24 dev eth9 table 52001 protocol 109` failed: Cannot find device "eth9"; see /,
  );
  t.equal(
    (await outcome(Array.from({ length: 7 }, (_, n) => ({ ...eth1, name: `eth${n}` })))).failure,
    '3: NodePort addresses are on 7 interfaces (eth0, eth1, eth2, eth3, eth4, eth5, eth6), and there are marks for 6; put them on fewer in spec.nodePort',
  );
  await configure(node, []);
  t.equal(await state(), before);
});
