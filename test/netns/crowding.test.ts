import t, { type Test } from 'tap';
import { enterNamespace } from './namespace.ts';
import { type NodeOptions, subnets, type TestNode } from './simulated-node.ts';
import { eth1, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

/** 12 addresses are the workers', 10.0.4.4 to 10.0.4.15: when one is left free they are near the end. */
const within = { ipv4: { within: ['10.0.4.0/28'], podRange: ['10.0.4.16/28'] } };

/** A node in whose subnet these addresses have owners: a worker each, but for the pods' on the first. */
function nodeAmong(t: Test, workers: readonly number[], options: NodeOptions = {}): Promise<TestNode> {
  return nodeFor(t, {
    userData: eth1(within),
    world: (world) => {
      for (const host of workers) {
        world.addEni({
          subnetId: subnets.a,
          address: `10.0.4.${host}`,
          secondary: host === 4 ? ['10.0.4.16', '10.0.4.31'] : [],
        });
      }
    },
    ...options,
  });
}

async function warningsOf(node: TestNode, command: 'plan' | 'status'): Promise<string[]> {
  return JSON.parse((await node.run([command, '--json'])).stdout).warnings;
}

t.test('workers that come near the pods are told of by plan, run and status', async (t) => {
  const node = await nodeAmong(t, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  const warning =
    /^eth1: the workers' part of subnet-0000000a \(ipv4\.within, up to 10\.0\.4\.15\) has 1 of 12 addresses free: widen ipv4\.within, move ipv4\.podRange, release/;
  t.match(await warningsOf(node, 'plan'), [warning]);
  t.match((await node.run(['plan'])).stdout, /^warning: eth1: the workers' part of subnet-0000000a /m);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0);
  t.match(journal, /warn: eth1: the workers' part of subnet-0000000a /);
  t.match((await resultOf(node)).warnings, [warning]);
  t.match(await warningsOf(node, 'status'), [warning]);
  t.match(
    (await node.run(['status'])).stdout,
    /^warnings:\n {2}eth1: the workers' part of subnet-0000000a /m,
  );
  t.match(await warningsOf(node, 'plan'), [warning], 'and still by plan, where nothing is left to be done');
});

t.test('of IPv6 as well, up to podRange', async (t) => {
  const block = '2600:1f18:1:8:';
  const ipv6 = { mode: 'FirstFree', podRange: [`${block}:e/127`] };
  const node = await nodeFor(t, {
    userData: eth1({ subnets: [subnets.dual], ipv6 }),
    world: (world) => {
      const ipv6Addresses = ['4', '5', '6', '7', '8', '9', 'a', 'b', 'c'].map((host) => `${block}:${host}`);
      for (const each of ipv6Addresses) {
        world.addEni({ subnetId: subnets.dual, ipv6Addresses: [each] });
      }
    },
  });
  t.equal((await node.run(['run'])).exitCode, 0);
  t.match(await warningsOf(node, 'status'), [
    /^eth1: the workers' part of subnet-00000008 \(outside ipv6\.podRange, up to 2600:1f18:1:8::d\) has 0 of 10 addresses free: move ipv6\.podRange, release/,
  ]);
});

t.test('none while there is room, though one ENI is near the end by itself', async (t) => {
  const node = await nodeAmong(t, [4, 5, 15]);
  t.strictSame(await warningsOf(node, 'plan'), []);
  t.equal((await node.run(['run'])).exitCode, 0);
  t.strictSame((await resultOf(node)).warnings, []);
  t.strictSame(await warningsOf(node, 'status'), []);
  t.notMatch((await node.run(['status'])).stdout, /warnings/);
});

t.test('status asks EC2 for no more than before where no part is set apart', async (t) => {
  const node = await nodeAmong(t, [4], { userData: eth1() });
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.record.clear();
  t.strictSame(await warningsOf(node, 'status'), []);
  t.strictSame(
    node.simulator.record.calls.map(({ action }) => action),
    ['DescribeNetworkInterfaces'],
  );
});

t.test('what keeps status from looking at the subnet does not hide the rest', async (t) => {
  const node = await nodeAmong(t, [4]);
  t.equal((await node.run(['run'])).exitCode, 0);
  node.simulator.permissions.deny('GetSubnetCidrReservations');
  const { stdout } = await node.run(['status', '--json']);
  t.match(JSON.parse(stdout), {
    interfaces: [{ name: 'eth1', addresses: ['10.0.4.5'] }],
    differences: [],
    unknown: [/^the room for workers: .*ec2:GetSubnetCidrReservations/],
  });
});
