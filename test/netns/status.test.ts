import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { unplug } from './devices.ts';
import { enterNamespace } from './namespace.ts';
import { group, subnets, type TestNode, twoInterfaces, userData } from './simulated-node.ts';
import { eth1, nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

interface Status {
  gate: string;
  lastRun?: { exitCode: number; warnings: string[] };
  interfaces: {
    name: string;
    addresses: string[];
    attachment?: string;
    link?: { name: string; up: boolean };
  }[];
  labels: Record<string, string>;
  differences: string[];
  unknown: string[];
}

async function statusOf(t: Test, node: TestNode, env?: Record<string, string>): Promise<Status> {
  const { exitCode, stdout, journal } = await node.run(['status', '--json'], env);
  t.equal(exitCode, 0, journal);
  return JSON.parse(stdout);
}

t.test('a node before its first run', async (t) => {
  const status = await statusOf(t, await nodeFor(t, {}));
  t.match(status, { gate: 'closed', lastRun: undefined, labels: {}, unknown: [] });
  t.match(status.differences, [/^eth1: it has no ENI/, /^eth2: it has no ENI/]);
});

t.test('a node that is whole, for machines and for people', async (t) => {
  const node = await nodeFor(t, { userData: { ...twoInterfaces, kubelet: { labels: { cnf: 'abc' } } } });
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.record.clear();
  const status = await statusOf(t, node);
  t.match(status, {
    gate: 'open',
    lastRun: { exitCode: 0 },
    interfaces: [
      { name: 'eth1', addresses: ['10.0.4.4'], attachment: 'attached', link: { name: 'eth1', up: true } },
      { name: 'eth2', addresses: ['10.0.5.4'], attachment: 'attached', link: { name: 'eth2', up: true } },
    ],
    labels: { cnf: 'abc', 'multus-bootstrap.io/ready': 'true' },
  });
  t.strictSame([status.differences, status.unknown], [[], []]);
  t.strictSame(node.simulator.record.writes(), [], 'it changes nothing');

  const { stdout } = await node.run(['status']);
  t.match(stdout, /^last run: exit code 0, .*ready in /m);
  t.match(stdout, /^gate: open, kubelet may start$/m);
  t.match(stdout, /^eth1 +10\.0\.4\.4 +up +9001 +0\/1 +attached +0a:/m);
  t.match(stdout, /^ {2}cnf=abc$/m);
  t.match(stdout, /^EC2, the kernel and the last run agree$/m);
});

t.test('what differs is said, each with what to do', async (t) => {
  const node = await nodeFor(t, {});
  t.equal((await node.run(['run'])).exitCode, 0);
  const { world } = node.simulator;
  const [first, second] = node.enis();

  await execa('ip', ['link', 'set', 'eth1', 'down']);
  await execa('ip', ['link', 'set', 'eth1', 'name', 'other']);
  await unplug(second?.mac ?? '');
  t.match((await statusOf(t, node)).differences, [
    /^eth1: its device is called other; .*systemctl restart/,
    /^eth1: its link is down/,
    /^eth2: the host has no device for eni-.*host-device/,
  ]);

  world.deleteEni(second?.id ?? '');
  t.match((await statusOf(t, node)).differences.at(-2), /^eth2: eni-\w+ of the last run is not attached/);

  const instance = world.instances.get(node.node.instanceId);
  if (instance !== undefined) {
    const spec = { interfaces: [{ name: 'eth9', subnets: [subnets.a], securityGroups: [group] }] };
    world.instances.set(instance.id, { ...instance, userData: Buffer.from(userData(spec)) });
  }
  const { differences } = await statusOf(t, node);
  t.match(differences, [/^eth9: it has no ENI/, /^eth1: eni-.* does not name it/, /^eth2: /]);
  t.ok(differences[1]?.includes(first?.id ?? 'no ENI'));

  const { stdout } = await node.run(['status']);
  t.match(stdout, /^differences:\n {2}eth9: /m);
});

t.test('what the last run left otherwise than EC2 has it', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  t.equal((await node.run(['run'])).exitCode, 0);
  const path = join(node.root, 'run/multus-bootstrap/result.json');
  const result = JSON.parse((await execa('cat', [path])).stdout);
  result.interfaces[0] = { ...result.interfaces[0], address: '10.0.4.99', deviceIndex: 3 };
  await writeFile(path, JSON.stringify(result));
  t.match((await statusOf(t, node)).differences, [
    /^eth1: the last run left the address 10\.0\.4\.99, and EC2 shows 10\.0\.4\.4/,
    /^eth1: the last run left the device index 3, and EC2 shows 1/,
  ]);
  await writeFile(path, '{"schemaVersion":');
  t.match((await statusOf(t, node)).unknown, [/^the last result: .*result\.json/]);
});

t.test('a failure that the unit will try again', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  node.simulator.permissions.deny('DescribeSubnets');
  t.equal((await node.run(['run'])).exitCode, 4);
  t.notMatch((await node.run(['status'])).stdout, /^next try/m);
  const path = join(node.root, 'run/multus-bootstrap/result.json');
  const result = JSON.parse((await execa('cat', [path])).stdout);
  await writeFile(path, JSON.stringify({ ...result, exitCode: 7, retry: { failures: 2, fromSeconds: 60 } }));
  t.match(
    (await node.run(['status'])).stdout,
    /^next try: by itself \(2 failed\); systemctl list-timers multus-bootstrap\.timer$/m,
  );
});

t.test('what cannot be looked at does not hide the rest', async (t) => {
  const node = await nodeFor(t, { userData: eth1() });
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.permissions.deny('DescribeNetworkInterfaces');
  const denied = await statusOf(t, node);
  t.match(denied.unknown, [/^EC2: cannot list the ENIs of i-.*ec2:DescribeNetworkInterfaces/]);
  t.match(denied.interfaces, [{ name: 'eth1', addresses: ['10.0.4.4'], link: { up: true } }]);
  t.strictSame(denied.differences, []);

  const instance = node.simulator.world.instances.get(node.node.instanceId);
  if (instance !== undefined) {
    node.simulator.world.instances.set(instance.id, {
      ...instance,
      userData: Buffer.from(userData({ no: 1 })),
    });
  }
  const { stdout } = await node.run(['status']);
  t.match(stdout, /^could not be looked at:\n {2}the configuration: user data part 2:.*is not a key here/m);
});

t.test('a node that joined with our taint is told how to lose it', async (t) => {
  const node = await nodeFor(t, { userData: { ...eth1(), failurePolicy: 'Taint' } });
  node.simulator.permissions.deny('DescribeSubnets');
  t.equal((await node.run(['run'])).exitCode, 4);
  const removal = /kubectl taint nodes \S+ multus-bootstrap\.io\/not-ready:NoSchedule-/;
  t.match((await statusOf(t, node)).lastRun?.warnings.join(), removal);
  node.simulator.permissions.allow('DescribeSubnets');
  t.equal((await node.run(['run'])).exitCode, 0);
  const { stdout } = await node.run(['status']);
  t.match(stdout, /^warnings of the last run:\n {2}an earlier run let this node join with the taint/m);
  t.match(stdout, removal);
});
