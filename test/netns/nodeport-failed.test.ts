/** NodePort addresses after runs that fail: a node holds what it serves, and no other. */
import t from 'tap';
import { writeSetup } from '../../agent/nodeport/setup-file.ts';
import { claiming, noManage, premade, reconfigure } from './existing.ts';
import { enterNamespace } from './namespace.ts';
import {
  assigned,
  carried,
  claimedBy,
  holding,
  nodePortNode,
  reboot,
  setupOf,
  withNodePort,
} from './nodeport.ts';
import { subnets, type TestNode, twoInterfaces } from './simulated-node.ts';
import { order, succeeds } from './trouble.ts';

await enterNamespace(import.meta.url);

const floating = { addresses: ['10.0.4.201'] };
const perNode = { addresses: ['10.0.4.212'], mode: 'PerNode' };

/** eth1 with a floating address, eth2 with none left of its own. */
function halfFailing(failurePolicy: string) {
  return {
    ...twoInterfaces,
    timeout: '20s',
    failurePolicy,
    nodePort: [
      { ...floating, interface: 'eth1' },
      { addresses: ['10.0.5.211'], mode: 'PerNode', interface: 'eth2' },
    ],
  };
}

const tagOf = (node: TestNode) => node.enis().map(({ tags }) => tags['multus-bootstrap.io/nodeport']);

t.test('a failed run whose gate stays closed holds no floating address', async (t) => {
  const others: string[] = [];
  const node = await nodePortNode(t, [], {
    userData: halfFailing('Block'),
    world: (world) => void others.push(holding(world, subnets.b, '10.0.5.211').id),
  });
  const first = await node.run(['run']);
  t.equal(first.exitCode, 5, first.journal);
  t.strictSame(assigned(node), ['10.0.4.4'], 'eth1 stays, without the address');
  t.strictSame(tagOf(node), [undefined]);
  node.simulator.world.deleteEni(others[0] ?? '');
  await succeeds(t, node);
  t.strictSame(assigned(node).sort(), ['10.0.4.201', '10.0.4.4', '10.0.5.211', '10.0.5.4']);
  t.strictSame(tagOf(node).sort(), ['10.0.4.201', undefined]);
});

t.test('one that joins all the same keeps what it carries', async (t) => {
  const node = await nodePortNode(t, [], {
    userData: halfFailing('Ignore'),
    world: (world) => holding(world, subnets.b, '10.0.5.211'),
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 5, journal);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.201']);
  t.strictSame(tagOf(node), ['10.0.4.201']);
  t.strictSame(await carried(), ['10.0.4.201']);
});

for (const failurePolicy of ['Block', 'Ignore']) {
  t.test(`after a reboot, what a failed run does not set up is let go of: ${failurePolicy}`, async (t) => {
    const before = withNodePort(floating, perNode);
    const node = await nodePortNode(t, [], { userData: before });
    await succeeds(t, node);
    await reboot(node);
    reconfigure(node, {
      ...before,
      failurePolicy,
      interfaces: [
        ...before.interfaces,
        { name: 'eth2', subnets: ['subnet-0123abcd'], securityGroups: ['sg-00000001'] },
      ],
    });
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, 3, journal);
    t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.212'], 'its own address may stay');
    t.strictSame(tagOf(node), [undefined]);
    t.strictSame(await claimedBy(node), ['10.0.4.212']);
  });
}

t.test('nor does one keep it whose configuration cannot be read', async (t) => {
  const node = await nodePortNode(t, [floating]);
  await succeeds(t, node);
  await reboot(node);
  reconfigure(node, { interfaces: 'eth1' });
  t.equal((await node.run(['run'])).exitCode, 3);
  t.strictSame(assigned(node), ['10.0.4.4']);
  t.strictSame(tagOf(node), [undefined]);
});

t.test('an ENI made beforehand says that it carries a floating address before it has it', async (t) => {
  const node = await nodePortNode(t, [], {
    userData: { interfaces: [claiming()], nodePort: [{ ...floating, interface: 'eth1' }] },
    world: (world) => void premade(world, { address: '10.0.4.77', tags: noManage }),
  });
  const error = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  order(node, 'CreateTags', error);
  let tag: string | undefined;
  node.hooks.beforeCall = ({ action }) => {
    if (action === 'AssignPrivateIpAddresses') {
      tag = node.simulator.world.enis.find(({ addresses }) => addresses.includes('10.0.4.77'))?.tags[
        'multus-bootstrap.io/nodeport'
      ];
    }
  };
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.equal(tag, '10.0.4.201');
});

t.test('killed before the links were set up, then a failed run that joins all the same', async (t) => {
  const before = withNodePort(floating);
  const node = await nodePortNode(t, [], { userData: before });
  await succeeds(t, node);
  const setup = await setupOf(node);
  await reboot(node);
  await writeSetup(node.root, { ...setup, instanceId: node.node.instanceId, links: setup?.links ?? [] });
  const wrong = { name: 'eth2', subnets: ['subnet-0123abcd'], securityGroups: ['sg-00000001'] };
  reconfigure(node, { ...before, failurePolicy: 'Ignore', interfaces: [...before.interfaces, wrong] });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 3, journal);
  t.strictSame(await carried(), ['10.0.4.201']);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.201']);
  t.strictSame(tagOf(node), ['10.0.4.201']);
});

t.test('no configuration any more', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  await succeeds(t, node);
  const { world } = node.simulator;
  const instance = world.instance(node.node.instanceId);
  world.instances.set(instance.id, { ...instance, userData: undefined });
  t.match(
    (await node.run(['plan'])).stdout,
    /UnassignPrivateIpAddresses eniId=eni-\w+ address=10\.0\.4\.201/,
  );
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.strictSame(assigned(node), ['10.0.4.4']);
  t.strictSame(tagOf(node), [undefined]);
  t.strictSame(await carried(), []);
  t.strictSame(await claimedBy(node), []);
  t.equal(await setupOf(node), undefined);
  node.simulator.record.clear();
  await node.run(['run']);
  t.equal(node.simulator.record.calls.length, 0, 'EC2 is not asked any more');
});
