/** NodePort addresses in later runs: after reboots, kills and changes of the configuration; and their release. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { claiming, noManage, premade, reconfigure } from './existing.ts';
import { runUntilKilled } from './kill.ts';
import { enterNamespace } from './namespace.ts';
import {
  assigned,
  carried,
  claimedBy,
  eniNow,
  holding,
  moves,
  nodePortNode,
  reboot,
  setupOf,
  withNodePort,
} from './nodeport.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { failsCleanly, succeeds, traces } from './trouble.ts';

await enterNamespace(import.meta.url);

const floating = { addresses: ['10.0.4.201'] };
const perNode = { addresses: ['10.0.4.211', '10.0.4.212'], mode: 'PerNode' };

/** Nothing of NodePort addresses is left. */
async function isGone(t: Test, node: TestNode): Promise<void> {
  t.strictSame(await carried(), []);
  t.equal(await setupOf(node), undefined);
  t.strictSame(await claimedBy(node), []);
  const { stdout } = await execa('ip', ['rule', 'show']);
  t.notMatch(stdout, /^9\d\d:/m);
  t.notMatch((await execa('nft', ['list', 'tables'])).stdout, 'multus_bootstrap');
}

t.test('after a reboot it is the same address, though one before it is free by then', async (t) => {
  const node = await nodePortNode(t, [floating, perNode], {
    world: (world) => holding(world, subnets.a, '10.0.4.211'),
  });
  await succeeds(t, node);
  const { world } = node.simulator;
  const [other] = world.enis.filter(({ addresses }) => addresses.includes('10.0.4.211'));
  world.deleteEni(other?.id ?? '');
  await reboot(node);
  node.simulator.record.clear();
  await succeeds(t, node);
  t.strictSame(moves(node), []);
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.212']);
});

for (const moment of ['beforeCall', 'afterCall'] as const) {
  for (const consistencyMs of [0, 2_000]) {
    t.test(`killed at ${moment} of an assign, listings ${consistencyMs} ms behind`, async (t) => {
      const node = await nodePortNode(t, [perNode], { simulator: { consistencyMs } });
      await runUntilKilled(node, moment, ({ action }) => action === 'AssignPrivateIpAddresses');
      t.strictSame(await claimedBy(node), ['10.0.4.211'], 'it is on the disk');
      await succeeds(t, node);
      t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.211'], 'one address, and no second');
      t.strictSame(await carried(), ['10.0.4.211']);
    });
  }
}

t.test('an answer that is lost: one address, and no second', async (t) => {
  const node = await nodePortNode(t, [perNode], { simulator: { consistencyMs: 1_000 } });
  node.simulator.faults.add({ action: 'AssignPrivateIpAddresses', times: 1, kind: 'lostAnswer' });
  await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.211']);
});

t.test('a configuration that names other addresses', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  await succeeds(t, node);
  reconfigure(node, withNodePort({ addresses: ['10.0.4.212'], mode: 'PerNode' }));
  await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.212']);
  t.strictSame(await carried(), ['10.0.4.212']);
  t.strictSame(await claimedBy(node), ['10.0.4.212']);
  t.equal(node.enis()[0]?.tags['multus-bootstrap.io/nodeport'], undefined);
});

t.test('a configuration without NodePort addresses', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  await succeeds(t, node);
  const { nodePort: _, ...without } = withNodePort();
  reconfigure(node, without);
  const plan = await node.run(['plan']);
  t.match(plan.stdout, /UnassignPrivateIpAddresses eniId=eni-\w+ address=10\.0\.4\.201/);
  await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4']);
  await isGone(t, node);
  node.simulator.record.clear();
  await succeeds(t, node);
  t.strictSame(node.simulator.record.writes(), []);
});

t.test('a configuration of nothing at all', async (t) => {
  const node = await nodePortNode(t, [floating]);
  await succeeds(t, node);
  reconfigure(node, {});
  t.equal((await node.run(['run'])).exitCode, 0);
  t.strictSame(assigned(node), ['10.0.4.4']);
  await isGone(t, node);
});

t.test('release, without a configuration that could be read', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  const before = await traces(node);
  await succeeds(t, node);
  const { instances } = node.simulator.world;
  const { instanceId } = node.node;
  const instance = node.simulator.world.instance(instanceId);
  instances.set(instanceId, { ...instance, userData: Buffer.from('kind: MultusNodeConfg') });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  await isGone(t, node);
  t.same(await traces(node), before);
  t.strictSame(
    moves(node).filter((move) => move.startsWith('Un')),
    [],
    'the ENI takes them with it',
  );
  t.match((await node.run(['release'])).journal, 'nothing to release');
});

const existing = {
  timeout: '20s',
  interfaces: [claiming()],
  nodePort: [
    { ...floating, interface: 'eth1' },
    { ...perNode, interface: 'eth1' },
  ],
};

t.test('an ENI made beforehand gets them, and does not keep them', async (t) => {
  let id = '';
  const node = await nodePortNode(t, [], {
    userData: existing,
    world(world) {
      id = premade(world, { address: '10.0.4.77' }).id;
      premade(world, { subnetId: subnets.b });
    },
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(eniNow(node, { id }).addresses, ['10.0.4.77', '10.0.4.201', '10.0.4.211']);
  t.equal(eniNow(node, { id }).tags['multus-bootstrap.io/nodeport'], '10.0.4.201');
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.211']);
  const release = await node.run(['release']);
  t.equal(release.exitCode, 0, release.journal);
  t.strictSame(eniNow(node, { id }).addresses, ['10.0.4.77']);
  t.equal(eniNow(node, { id }).tags['multus-bootstrap.io/nodeport'], undefined);
  await isGone(t, node);
});

t.test('nor where it is handed back since the run fails', async (t) => {
  const node = await nodePortNode(t, [], {
    userData: existing,
    world: (world) => {
      premade(world, { address: '10.0.4.77', tags: noManage });
      holding(world, subnets.a, '10.0.4.211', '10.0.4.212');
    },
  });
  await failsCleanly(t, node, { exitCode: 5, message: ['eth1: no NodePort address is left of 2'] });
});

t.test('one that has the address from another hand keeps it', async (t) => {
  let id = '';
  const node = await nodePortNode(t, [], {
    userData: { ...existing, nodePort: [{ ...perNode, interface: 'eth1' }] },
    world(world) {
      id = premade(world, { address: '10.0.4.77', secondary: ['10.0.4.212'] }).id;
    },
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  t.strictSame(moves(node), []);
  t.strictSame(await carried(), ['10.0.4.212']);
  t.equal((await node.run(['release'])).exitCode, 0);
  t.strictSame(eniNow(node, { id }).addresses, ['10.0.4.77', '10.0.4.212']);
  await isGone(t, node);
});

/** An ENI made beforehand as a node that is gone has left it. */
const leftBehind = (address: string) => ({
  secondary: [address],
  tags: {
    ...noManage,
    'multus-bootstrap.io/instance-id': 'i-0dead0dead0dead00',
    'multus-bootstrap.io/interface': 'eth1',
    'multus-bootstrap.io/existing': 'true',
  },
});

t.test('a node that replaces another takes the ENI that has kept its address', async (t) => {
  let id = '';
  const node = await nodePortNode(t, [], {
    userData: { ...existing, nodePort: [{ ...perNode, interface: 'eth1' }] },
    world(world) {
      for (let others = 0; others < 20; others += 1) {
        premade(world);
      }
      id = premade(world, leftBehind('10.0.4.212')).id;
      holding(world, subnets.a, '10.0.4.211');
    },
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.equal(eniNow(node, { id }).attachment?.instanceId, node.node.instanceId);
  t.strictSame(await carried(), ['10.0.4.212']);
  t.strictSame(moves(node), []);
});

for (const [whose, instanceId] of [
  ['another', 'i-0123456789abcdef0'],
  ['nobody', undefined],
] as const) {
  t.test(
    `an ENI that is ${whose}’s by now keeps the addresses, though it is shown as available`,
    async (t) => {
      let id = '';
      const node = await nodePortNode(t, [], {
        userData: existing,
        world(world) {
          id = premade(world, { address: '10.0.4.77' }).id;
        },
      });
      t.equal((await node.run(['run'])).exitCode, 0);
      const { store } = node.simulator.world;
      const { addresses, ...eni } = eniNow(node, { id });
      const { 'multus-bootstrap.io/instance-id': _, ...tags } = eni.tags;
      const theirs = { ...tags, ...(instanceId && { 'multus-bootstrap.io/instance-id': instanceId }) };
      store.setEni({ ...eni, addresses, tags: theirs, attachment: undefined }, Number.NEGATIVE_INFINITY);
      // Nothing else is left for which release would wait.
      await rm(join(node.root, 'var/lib/multus-bootstrap/eth1.json'));
      node.simulator.record.clear();
      const { exitCode, journal } = await node.run(['release']);
      t.equal(exitCode, 0, journal);
      t.match(journal, `${id} is not this instance's any more: its NodePort addresses are left as they are`);
      t.strictSame(moves(node), []);
      t.strictSame(eniNow(node, { id }).addresses, addresses);
      t.strictSame(await claimedBy(node), []);
    },
  );
}

t.test('one that is shown as available, and is still this instance’s, does not', async (t) => {
  let id = '';
  const node = await nodePortNode(t, [], {
    userData: existing,
    world(world) {
      id = premade(world, { address: '10.0.4.77' }).id;
    },
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.world.store.setEni({ ...eniNow(node, { id }), attachment: undefined });
  const { exitCode, journal } = await node.run(['release']);
  t.equal(exitCode, 0, journal);
  t.strictSame(eniNow(node, { id }).addresses, ['10.0.4.77']);
  await isGone(t, node);
});

for (const time of [1, 2, 3]) {
  t.test(`and its other interfaces leave that one to it, time ${time}`, async (t) => {
    let id = '';
    const node = await nodePortNode(t, [], {
      userData: {
        ...existing,
        interfaces: ['eth2', 'eth3', 'eth1'].map((name) => claiming(name)),
        nodePort: [{ ...perNode, interface: 'eth1' }],
      },
      world(world) {
        for (let others = 0; others < 2; others += 1) {
          premade(world);
        }
        id = premade(world, leftBehind('10.0.4.212')).id;
        holding(world, subnets.a, '10.0.4.211');
      },
    });
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.equal(eniNow(node, { id }).tags['multus-bootstrap.io/interface'], 'eth1');
    t.strictSame(await carried(), ['10.0.4.212']);
  });
}

for (const name of ['primary', 'ens5']) {
  t.test(`the primary ENI, of a cluster whose CNI leaves it alone, as ${name}`, async (t) => {
    const node = await nodePortNode(t, [], {
      userData: {
        nodePort: [{ addresses: ['10.0.0.201'], interface: name, primaryIsUnmanaged: true }],
      },
    });
    const { id } = node.node.primaryEni;
    const before = await traces(node);
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 0, journal);
    t.equal(eniNow(node, { id }).addresses[1], '10.0.0.201');
    t.match(eniNow(node, { id }).tags, {
      'multus-bootstrap.io/interface': 'primary',
      'multus-bootstrap.io/nodeport': '10.0.0.201',
    });
    t.strictSame(await carried('ens5'), ['10.0.0.201']);
    t.match(await setupOf(node), {
      links: [{ name: 'ens5', eniId: id, isPrimary: true, cidrs: ['10.0.0.0/24'] }],
    });
    t.match(journal, /ready in .*: 0 interfaces, 1 NodePort address,/);
    t.equal((await node.run(['release'])).exitCode, 0);
    t.same(await traces(node), before);
  });
}

t.test('a link that is not the primary ENI’s', async (t) => {
  const node = await nodePortNode(t, [], {
    userData: { nodePort: [{ addresses: ['10.0.0.201'], interface: 'eth0', primaryIsUnmanaged: true }] },
  });
  await failsCleanly(t, node, {
    exitCode: 3,
    message: ['eth0 is no link of this host; that is called ens5 here: write so, or "primary"'],
  });
});

t.test('a file of claims that is garbage stops no boot', async (t) => {
  const node = await nodePortNode(t, [perNode]);
  await succeeds(t, node);
  await writeFile(join(node.root, 'var/lib/multus-bootstrap/nodeport-addresses.json'), '{"claims":');
  const { journal } = await node.run(['run']);
  t.match(journal, 'removed');
  await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.211']);
});
