import assert from 'node:assert/strict';
import t from 'tap';
import { enterFabric, ip, run, setSysctls } from './bench/namespaces.ts';
import { allAnswer, noneAnswers, requests, requestsOfNodes } from './bench/requests.ts';
import { installCniMarks, removeCniMarks } from './bench/vpc-cni.ts';
import { configure, createWorld, floating, nodePortLink } from './bench/world.ts';

await enterFabric(import.meta.url);
const world = await createWorld();
t.teardown(() => world.stop());
const [first, second] = world.nodes;

// Who asked in vain is gone: an answer that comes once more, with the way back there again, would be counted.
for (const name of [first.name, second.name, ...world.services.map(({ endpoint }) => endpoint.name)]) {
  await setSysctls(name, { 'ipv4/tcp_synack_retries': 0 });
}

const links = [nodePortLink(first.eth1, floating.eth1)];
const all = requests(world, floating.eth1);
await configure(first, links);
await configure(second, [nodePortLink(second.eth1, floating.eth1)]);

/** Takes away all but the addresses. */
async function removeWayBack(): Promise<void> {
  await run(first.name, ['nft', 'delete', 'table', 'inet', 'multus_bootstrap']);
  for (const version of [4, 6] as const) {
    const own = floating.eth1.filter((address) => address.includes(':') === (version === 6));
    await ip(
      first.name,
      ['rule del priority 900', ...own.map((address) => `rule del priority 901 from ${address}`)],
      version,
    );
  }
}

for (const mode of ['iptables', 'nftables'] as const) {
  await t.test(`kube-proxy in ${mode} mode`, async (t) => {
    await world.startKubeProxy(mode);
    t.teardown(() => world.stopKubeProxy(mode));

    await t.test('every placement answers', (t) => allAnswer(t, world, all));
    await t.test('to processes of the nodes too', (t) =>
      allAnswer(t, world, requestsOfNodes(world, floating.eth1)),
    );
    await t.test('with a megabyte', (t) => allAnswer(t, world, requests(world, floating.eth1, 1_000_000)));
    await t.test('without the way back, none does', async (t) => {
      await removeWayBack();
      await noneAnswers(t, all);
      await configure(first, links);
      await allAnswer(t, world, all);
    });
    await t.test('kube-proxy starts anew', async (t) => {
      await world.stopKubeProxy(mode);
      await world.startKubeProxy(mode);
      await allAnswer(t, world, all);
    });
    await t.test('aws-node starts anew', async (t) => {
      await removeCniMarks(first.name);
      await allAnswer(t, world, all);
      await installCniMarks(first.name, first.address);
      await allAnswer(t, world, all);
    });
  });
}

t.test('marks of others stay as they are', async (t) => {
  await world.startKubeProxy('iptables');
  t.teardown(() => world.stopKubeProxy('iptables'));
  // Somebody else's marks, on all packets and new connections, set before ours and looked for after.
  const others = `
    table inet others {
      counter kept { }
      counter lost { }
      chain prerouting {
        type filter hook prerouting priority -160;
        meta mark set meta mark or 0x100000
        ct state new ct mark set ct mark or 0x200000
      }
      chain postrouting {
        type filter hook postrouting priority 200;
        oifname "eth1" meta mark and 0x100070 == 0x100010 ct mark and 0x200070 == 0x200010 counter name kept accept
        oifname "eth1" ct direction reply meta l4proto { tcp, udp } counter name lost
      }
    }`;
  await run(first.name, ['nft', '-f', '-'], others);
  t.teardown(() => run(first.name, ['nft', 'delete', 'table', 'inet', 'others']));
  const forwarded = requests(
    { ...world, services: world.services.filter(({ endpoint }) => endpoint.name !== first.name) },
    floating.eth1,
  ).filter(({ title }) => !title.startsWith('a process'));
  await allAnswer(t, world, forwarded);
  const counters = await run(first.name, ['nft', 'list', 'counters', 'table', 'inet', 'others']);
  t.match(counters, /kept \{\s*packets [1-9]/);
  t.match(counters, /lost \{\s*packets 0 /);
  // The VPC CNI's mark for what comes by the primary link: the answers of pods of another node.
  const connections = await run(first.name, ['cat', '/proc/net/nf_conntrack']);
  const marks = connections
    .split('\n')
    .filter((line) => line.includes('dst=10.0.4.201') && line.includes('dport=30082'))
    .map((line) => Number(/mark=(\d+)/.exec(line)?.[1]))
    .filter((mark) => (mark & 0x200000) !== 0);
  t.same([...new Set(marks)], [0x200090]);
});

t.test(
  'the node’s own addresses are answered as ever, in connections with others’ marks in our place too',
  async (t) => {
    await world.startKubeProxy('iptables');
    t.teardown(() => world.stopKubeProxy('iptables'));
    const own = requests(world, [first.address, first.ipv6Address]);
    await allAnswer(t, world, own);
    const others = `
    table inet others {
      chain prerouting {
        type filter hook prerouting priority -160;
        iifname "ens5" ct state new ct mark set ct mark or 0x10
      }
    }`;
    await run(first.name, ['nft', '-f', '-'], others);
    t.teardown(() => run(first.name, ['nft', 'delete', 'table', 'inet', 'others']));
    await allAnswer(t, world, own);
  },
);

t.test('what a process sends from an address that it has bound leaves by its link', async (t) => {
  // Not beyond the VPC: there the VPC CNI has everything come from the node's primary address.
  const [, neighbour] = world.clients;
  const [process] = world.processes;
  assert(neighbour);
  await neighbour.do({ kind: 'serve', port: 8080, address: '::' });
  const bound = floating.eth1.map((from) => {
    const [address, sees] = from.includes(':')
      ? [neighbour.ipv6Address, from]
      : [neighbour.address, `::ffff:${from}`];
    return {
      title: `${from} to ${address}`,
      expected: { at: neighbour.name, sees },
      send: (timeoutMs: number) => process.do({ kind: 'get', address, port: 8080, from, timeoutMs }),
    };
  });
  await allAnswer(t, world, bound);
});

t.test('several links, the primary one among them, each with addresses', async (t) => {
  const primary = ['10.0.1.201', '2600:1f18:1:1::201'];
  for (const address of primary) {
    await world.fabric.assign(first.primary, address);
  }
  const onPrimary = {
    ...nodePortLink(first.primary, primary),
    isPrimary: true,
    cidrs: ['10.0.1.0/24', '2600:1f18:1:1::/64'],
  };
  await configure(first, [...links, nodePortLink(first.eth2, floating.eth2), onPrimary]);
  await world.startKubeProxy('iptables');
  t.teardown(() => world.stopKubeProxy('iptables'));
  await allAnswer(t, world, requests(world, [...floating.eth1, ...floating.eth2, ...primary]));
  await t.test('in another order', async (t) => {
    await configure(first, [onPrimary, nodePortLink(first.eth2, floating.eth2), ...links]);
    await allAnswer(t, world, requests(world, [...floating.eth1, ...floating.eth2, ...primary]));
  });
  await configure(first, links);
  await allAnswer(t, world, all);
});

t.test('reverse path filters', async (t) => {
  await world.startKubeProxy('iptables');
  t.teardown(() => world.stopKubeProxy('iptables'));
  const usual = { 'all/rp_filter': 0, 'ens5/rp_filter': 2, 'eth1/rp_filter': 2, 'all/src_valid_mark': 0 };
  const set = (values: Partial<typeof usual>) =>
    setSysctls(
      first.name,
      Object.fromEntries(
        Object.entries({ ...usual, ...values }).map(([key, value]) => [`ipv4/conf/${key}`, value]),
      ),
    );
  t.teardown(() => set({}));
  const ipv4 = requests(world, ['10.0.4.201']);
  const cases = {
    'strict on all links but ours': { 'all/rp_filter': 1, 'ens5/rp_filter': 1 },
    'off on all links but ours': { 'ens5/rp_filter': 0 },
    'loose everywhere, by marks': { 'all/src_valid_mark': 1 },
  };
  for (const [title, values] of Object.entries(cases)) {
    await t.test(title, async (t) => {
      await set(values);
      await allAnswer(t, world, ipv4);
    });
  }
  await t.test(
    'strict on the primary, by marks: what comes from pods of other nodes is dropped',
    async (t) => {
      // Both at once is nobody's: the VPC CNI makes the primary loose, and the kernel's default is not to look at marks.
      await set({ 'ens5/rp_filter': 1, 'all/src_valid_mark': 1 });
      await noneAnswers(
        t,
        ipv4.filter(({ title }) => title.includes(second.name)),
      );
    },
  );
  await t.test('strict on our link: nothing comes in that goes on elsewhere', async (t) => {
    await set({ 'eth1/rp_filter': 1 });
    await noneAnswers(
      t,
      ipv4.filter(({ title }) => !title.startsWith('a process')),
    );
  });
});

t.test('a run in mid-transfer', async (t) => {
  await world.startKubeProxy('iptables');
  t.teardown(() => world.stopKubeProxy('iptables'));
  const transfers = requests(world, floating.eth1, 20_000_000).slice(0, 4);
  const answers = Promise.all(transfers.map(({ send }) => send(30_000)));
  for (let runs = 0; runs < 3; runs++) {
    await configure(first, links);
  }
  t.same(
    await answers,
    transfers.map(({ expected }) => expected),
  );
});
