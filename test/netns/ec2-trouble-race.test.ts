/** Two nodes that want the same addresses at the same time. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { plug } from './devices.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets, userData } from './simulated-node.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('two nodes race for the first free addresses: each gets its own, and they stay packed', async (t) => {
  // Both nodes' links are in this namespace: each needs names of its own, and the kernel's names differ too.
  const interfaces = (prefix: string) =>
    ['1', '2'].map((n) => ({ name: `${prefix}${n}`, subnets: [subnets.a], securityGroups: [group] }));
  const node = await nodeFor(t, {
    userData: { interfaces: interfaces('eth') },
    simulator: { latencies: { DescribeNetworkInterfaces: 20, CreateNetworkInterface: [20, 60] } },
    deviceName: (eni) => `d${eni.mac.replaceAll(':', '').slice(-10)}`,
  });
  const { simulator } = node;
  const other = await simulator.launch({
    type: 'm5.xlarge',
    subnetId: subnets.primary,
    userData: userData({ interfaces: interfaces('net') }),
  });
  await plug('other', other.primaryEni.mac);
  const otherRoot = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  t.teardown(() => rm(otherRoot, { recursive: true }));
  await mkdir(join(otherRoot, 'etc/eks/nodeadm.d'), { recursive: true });

  // Neither plans before both have listed: they see the same addresses free.
  const listed = new Set<string | undefined>();
  const both = Promise.withResolvers<void>();
  node.hooks.afterCall = async ({ action, instanceId }) => {
    if (action !== 'DescribeNetworkInterfaces') {
      return;
    }
    listed.add(instanceId);
    if (listed.size === 2) {
      both.resolve();
    }
    await both.promise;
  };
  const runs = await Promise.all([
    node.run(['run']),
    node.run(['--root', otherRoot, 'run'], simulator.environment(other)),
  ]);
  for (const { exitCode, journal } of runs) {
    t.equal(exitCode, 0, 'exit code 0', { journal });
  }

  const claimed = simulator.world.enis.filter(({ subnetId }) => subnetId === subnets.a);
  t.equal(claimed.length, 4, 'an ENI for each interface, and no other');
  t.same(new Set(claimed.flatMap(({ addresses }) => addresses)).size, 4, 'four addresses');
  t.ok(claimed.every(({ attachment }) => attachment?.deleteOnTermination));
  const last = Math.max(...claimed.map(({ addresses: [address = ''] }) => Number(address.split('.')[3])));
  t.ok(last <= 4 + 4 + 4, `packed at the start: the last is 10.0.4.${last}`);
  const refused = simulator.record
    .writes('CreateNetworkInterface')
    .filter(({ answer }) => answer?.code !== undefined);
  t.ok(refused.length >= 2, 'they did collide');
  t.match(new Set(refused.map(({ answer }) => answer?.code)), new Set(['InvalidIPAddress.InUse']));
});
