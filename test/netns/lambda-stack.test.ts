/** A Lambda on a lifecycle hook attaches ENIs to the same instance: what docs/moving-from-the-lambda.md tells. */
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import { devices } from './devices.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { isThere, sweepNow } from './sweep-world.ts';
import { failsCleanly, nodeFor, resultOf } from './trouble.ts';

await enterNamespace(import.meta.url);

/** As the Lambda tags what it creates. */
const tags = { 'node.k8s.amazonaws.com/no_manage': 'true', cnf: 'abc01' };

/** At the first address of the subnet, as it does where `useIPsFromStartOfSubnet` is set. */
function lambdaCreates({ simulator: { world } }: TestNode, address = '10.0.4.4'): Eni {
  const subnetId = address.startsWith('10.0.4.') ? subnets.a : subnets.b;
  return world.addEni({ subnetId, address, tags });
}

/** The nth subnet of its list at device index n; waits for its device. */
async function lambdaAttaches({ simulator: { world }, node }: TestNode, eni: Eni, deviceIndex: number) {
  attachEni(world, { eniId: eni.id, instanceId: node.instanceId, deviceIndex, networkCard: 0 });
  const until = performance.now() + 10_000;
  while (!(await devices()).some(({ mac }) => mac === eni.mac) && performance.now() < until) {
    await delay(20);
  }
}

/** Checks that the node's own interfaces are whole beside the Lambda's ENI, which is as it was. */
async function standBeside(t: Test, node: TestNode, lambdas: Eni) {
  const { interfaces } = await resultOf(node);
  const links = await devices();
  for (const { name, mac } of interfaces) {
    t.match(
      links.find((link) => link.mac === mac),
      { name, up: true },
      `${name} is named by its MAC, whatever its index`,
    );
  }
  t.match(node.simulator.world.store.eni(lambdas.id), { tags, attachment: { deviceIndex: 1 } });
  t.match(
    links.find(({ mac }) => mac === lambdas.mac),
    { name: 'ens6' },
    "the Lambda's keeps the kernel's name",
  );
  const named = node.simulator.record
    .writes()
    .filter(({ params }) => JSON.stringify(params).includes(lambdas.id));
  t.same(named, [], 'no call has named it');
}

const indexes = (node: TestNode) => node.enis().map(({ attachment }) => attachment?.deviceIndex);

t.test('the Lambda was first: the next free indexes, the next free addresses', async (t) => {
  const node = await nodeFor(t, {});
  const lambdas = lambdaCreates(node);
  await lambdaAttaches(node, lambdas, 1);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.same(indexes(node), [2, 3]);
  t.same(
    node.enis().map(({ addresses }) => addresses),
    [['10.0.4.5'], ['10.0.5.4']],
  );
  await standBeside(t, node, lambdas);

  t.equal((await node.run(['release'])).exitCode, 0);
  t.same(node.enis(), []);
  t.match(node.simulator.world.store.eni(lambdas.id), { tags, attachment: { deviceIndex: 1 } });
});

t.test('the Lambda takes an index while the run is under way', async (t) => {
  const node = await nodeFor(t, {});
  const lambdas = lambdaCreates(node);
  node.hooks.beforeCall = async ({ action }) => {
    if (action === 'AttachNetworkInterface') {
      delete node.hooks.beforeCall;
      await lambdaAttaches(node, lambdas, 1);
    }
  };
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(journal, 'device index 1 is taken; trying ');
  t.same(indexes(node).sort(), [2, 3], 'in whatever order');
  await standBeside(t, node, lambdas);
});

t.test('both sets do not fit: the run fails before it changes anything', async (t) => {
  const node = await nodeFor(t, {});
  await lambdaAttaches(node, lambdaCreates(node), 1);
  await lambdaAttaches(node, lambdaCreates(node, '10.0.5.4'), 2);
  await failsCleanly(t, node, {
    exitCode: 6,
    message: ['m5.xlarge carries 4 ENIs, has 3, and the configuration needs 2 more'],
  });
  t.same(node.simulator.record.writes(), []);
});

t.test('the node was first: EC2 refuses the Lambda', async (t) => {
  const node = await nodeFor(t, {});
  t.equal((await node.run(['run'])).exitCode, 0);
  await t.rejects(lambdaAttaches(node, lambdaCreates(node, '10.0.4.5'), 1), {
    code: 'InvalidParameterValue',
    message: /already has an interface attached at device index '1'/,
  });
});

t.test('what the Lambda has left is not for sweep', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const left = lambdaCreates(node);
  const { exitCode, stdout } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0);
  t.match(stdout, 'nothing to sweep');
  t.ok(isThere(node, left));
});
