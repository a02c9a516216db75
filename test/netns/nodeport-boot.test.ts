/** NodePort addresses at boot, in EC2 and on the links. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import type { Call } from '../simulator/api/record.ts';
import { claiming, premade } from './existing.ts';
import { enterNamespace } from './namespace.ts';
import {
  assigned,
  carried,
  claimedBy,
  holding,
  moves,
  nodePortNode,
  setupOf,
  withNodePort,
} from './nodeport.ts';
import { subnets } from './simulated-node.ts';
import { failsCleanly, order, succeeds, traces } from './trouble.ts';

await enterNamespace(import.meta.url);

const floating = { addresses: ['10.0.4.201', '10.0.6.201'], probePort: 30080 };
const perNode = { addresses: ['10.0.4.212', '10.0.4.211', '10.0.6.211'], mode: 'PerNode' };

t.test('the first node of a group has all of them', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  const { message, interfaces } = await succeeds(t, node);
  t.strictSame(assigned(node).sort(), ['10.0.4.201', '10.0.4.212', '10.0.4.4']);
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.212']);
  t.match(message, /^ready in .* s: 1 interface, 2 NodePort addresses, \d+ EC2 calls$/);
  t.match(interfaces, [{ name: 'eth1', address: '10.0.4.4', nodePort: ['10.0.4.201', '10.0.4.212'] }]);
  const [eni] = node.enis();
  t.same(await setupOf(node), {
    instanceId: node.node.instanceId,
    links: [
      {
        name: 'eth1',
        mac: eni?.mac,
        eniId: eni?.id,
        subnetId: subnets.a,
        cidrs: ['10.0.4.0/24'],
        isPrimary: false,
        addresses: [
          { address: '10.0.4.201', mode: 'Floating', probePort: 30080 },
          { address: '10.0.4.212', mode: 'PerNode' },
        ],
      },
    ],
    metricsPort: undefined,
  });
  t.equal(eni?.tags['multus-bootstrap.io/nodeport'], '10.0.4.201');
  t.strictSame((await claimedBy(node)).sort(), ['10.0.4.201', '10.0.4.212']);
  const looks = node.simulator.record.calls.filter(({ params }) =>
    JSON.stringify(params).includes('10.0.4.2'),
  );
  t.same(
    looks.map(({ action }) => action),
    ['CreateNetworkInterface', 'AssignPrivateIpAddresses', 'AssignPrivateIpAddresses'],
    'the listing of the subnet has told who holds what',
  );

  node.simulator.record.clear();
  const again = await succeeds(t, node);
  t.match(again.message, 'everything is in place');
  t.strictSame(node.simulator.record.writes(), [], 'a further run writes nothing');
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.212']);
});

t.test('a node carries what another holds, and takes nothing from it', async (t) => {
  const node = await nodePortNode(t, [floating, perNode], {
    world: (world) => holding(world, subnets.a, '10.0.4.201', '10.0.4.212'),
  });
  const { interfaces } = await succeeds(t, node);
  t.match(interfaces, [{ nodePort: ['10.0.4.201', '10.0.4.211'] }]);
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.211']);
  t.strictSame(moves(node), ['AssignPrivateIpAddresses ["10.0.4.211"]']);
  t.match(node.simulator.record.writes('AssignPrivateIpAddresses'), [
    { params: { AllowReassignment: 'false' } },
  ]);
  t.equal(node.enis()[0]?.tags['multus-bootstrap.io/nodeport'], '10.0.4.201', 'it may be handed it');
});

t.test('a floating address is for who answers at it: it waits for the other interfaces', async (t) => {
  const own = withNodePort(floating, perNode);
  const userData = { ...own, interfaces: [...own.interfaces, claiming('eth2', {}, '15s')] };
  const node = await nodePortNode(t, [], { userData });
  const assigns = (address: string) => (call: Call) =>
    call.action.startsWith('Assign') && JSON.stringify(call.params).includes(address);
  node.hooks.afterCall = async (call) => {
    if (assigns('10.0.4.212')(call)) {
      premade(node.simulator.world, { subnetId: subnets.b });
    }
  };
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  const { calls } = node.simulator.record;
  const attached = calls.findLastIndex(({ action }) => action === 'AttachNetworkInterface');
  t.ok(calls.findIndex(assigns('10.0.4.212')) < attached, 'its own it has at once');
  t.ok(calls.findIndex(assigns('10.0.4.201')) > attached);
});

t.test('what another is given meanwhile is no failure', async (t) => {
  const node = await nodePortNode(t, [floating, perNode]);
  const { world } = node.simulator;
  let isFirst = true;
  node.hooks.beforeCall = ({ action }) => {
    if (action === 'AssignPrivateIpAddresses' && isFirst) {
      isFirst = false;
      holding(world, subnets.a, '10.0.4.201', '10.0.4.212');
    }
  };
  await succeeds(t, node);
  t.strictSame(assigned(node).sort(), ['10.0.4.211', '10.0.4.4']);
  t.strictSame(await carried(), ['10.0.4.201', '10.0.4.211']);
});

t.test('no address of the list is left', async (t) => {
  const node = await nodePortNode(t, [perNode], {
    world: (world) => holding(world, subnets.a, '10.0.4.211', '10.0.4.212'),
  });
  await failsCleanly(t, node, {
    exitCode: 5,
    message: [
      'eth1: no NodePort address is left of 2',
      /10\.0\.4\.212: held by eni-\w+; 10\.0\.4\.211: held by eni-\w+/,
      'Add addresses to spec.nodePort',
    ],
  });
  t.strictSame(moves(node), []);
});

t.test('an address that can never be moved', async (t) => {
  const node = await nodePortNode(t, [floating], {
    world: (world) => void world.addEni({ subnetId: subnets.a, address: '10.0.4.201' }),
  });
  await failsCleanly(t, node, {
    exitCode: 3,
    message: [/10\.0\.4\.201 is the primary address of eni-\w+, and .* can never be moved/],
  });
  t.strictSame(node.simulator.record.writes(), []);
});

t.test('an interface in whose subnets no address is', async (t) => {
  const node = await nodePortNode(t, [{ addresses: ['10.0.5.201'] }]);
  await failsCleanly(t, node, {
    exitCode: 3,
    message: ['eth1: no address of spec.nodePort (10.0.5.201) is inside subnet-0000000a (10.0.4.0/24)'],
  });
  t.strictSame(node.simulator.record.writes(), []);
});

t.test('without nftables nothing is begun', async (t) => {
  const node = await nodePortNode(t, [floating]);
  const programs = t.testdir({});
  for (const name of ['flock', 'ip']) {
    const { stdout } = await execa('which', [name]);
    await symlink(stdout, join(programs, name));
  }
  const before = await traces(node);
  const { exitCode, journal } = await node.run(['run'], { PATH: programs });
  t.equal(exitCode, 9, journal);
  t.match(journal, /error: NodePort addresses need nftables .*; install nftables/);
  t.equal(node.simulator.record.calls.length, 0, 'EC2 was not asked');
  t.same(await traces(node), before);
});

for (const [what, entry] of [
  ['Floating', floating],
  ['PerNode', perNode],
] as const) {
  t.test(`IAM does not permit it: ${what}`, async (t) => {
    const node = await nodePortNode(t, [entry]);
    node.simulator.faults.add({
      action: 'AssignPrivateIpAddresses',
      times: Number.POSITIVE_INFINITY,
      kind: {
        error: {
          code: 'UnauthorizedOperation',
          message: 'You are not authorized to perform this operation.',
          status: 403,
        },
      },
    });
    await failsCleanly(t, node, { exitCode: 4, message: ['cannot assign 10.0.4.2', 'eth1'] });
  });
}

const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };

t.test('EC2 in trouble: a floating address is left to the watcher', async (t) => {
  const node = await nodePortNode(t, [floating]);
  order(node, 'AssignPrivateIpAddresses', throttled, 1);
  await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4']);
  t.strictSame(await carried(), ['10.0.4.201']);
  t.equal(moves(node).length, 1);
});

t.test('one broken connection is not EC2 in trouble', async (t) => {
  const node = await nodePortNode(t, [floating]);
  node.simulator.faults.add({ action: 'AssignPrivateIpAddresses', times: 1, kind: 'reset' });
  await succeeds(t, node);
  t.strictSame(assigned(node).sort(), ['10.0.4.201', '10.0.4.4']);
});

t.test('EC2 in trouble: without an address of its own the node does not join', async (t) => {
  const node = await nodePortNode(t, [perNode]);
  order(node, 'AssignPrivateIpAddresses', throttled, 1);
  await succeeds(t, node);
  t.strictSame(assigned(node), ['10.0.4.4', '10.0.4.212']);
});

t.test('IPv6, and both versions at once', async (t) => {
  const network = '2600:1f18:1:8';
  const node = await nodePortNode(t, [], {
    userData: {
      ...withNodePort(
        { addresses: ['10.0.8.201', `${network}::c9`] },
        { addresses: ['10.0.8.211', `${network}::d3`, `${network}::d4`], mode: 'PerNode' },
      ),
      interfaces: [
        {
          name: 'eth1',
          subnets: [subnets.dual],
          securityGroups: ['sg-00000001'],
          ipv6: { mode: 'FirstFree' },
        },
      ],
    },
    world: (world) => holding(world, subnets.dual, `${network}::d3`),
  });
  const own = [`${network}::c9`, `${network}::d4`];
  for (const time of ['first', 'second']) {
    const { interfaces } = await succeeds(t, node);
    t.strictSame(await carried(), ['10.0.8.201', '10.0.8.211', ...own], `${time} run`);
    t.strictSame(node.enis()[0]?.addresses, ['10.0.8.4', '10.0.8.201', '10.0.8.211']);
    t.strictSame([...(node.enis()[0]?.ipv6Addresses ?? [])].sort(), [`${network}::4`, ...own].sort());
    t.match(interfaces, [{ address: '10.0.8.4', ipv6Address: `${network}::4` }], 'its own address is first');
  }
});

t.test('what EC2 refuses and shows nobody to have: it says so, and what to do', async (t) => {
  const node = await nodePortNode(t, [floating]);
  const taken = {
    code: 'InvalidParameterValue',
    message: '[10.0.4.201] already assigned to another interface',
  };
  order(node, 'AssignPrivateIpAddresses', taken, 1);
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(
    journal,
    /warn: eth1: 10\.0\.4\.201 cannot be had: .* shows no holder: .*prefix.*another account.*reservation/,
  );
});

t.test('one inside a delegated prefix is not asked for', async (t) => {
  const node = await nodePortNode(t, [floating, perNode], {
    world: (world) => void world.addEni({ subnetId: subnets.a, prefixes: ['10.0.4.192/28'] }),
  });
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
  t.match(
    journal,
    /warn: eth1: 10\.0\.4\.201 can never be moved: inside 10\.0\.4\.192\/28, .* delegated to eni-\w+\. Choose/,
  );
  t.strictSame(moves(node), ['AssignPrivateIpAddresses ["10.0.4.212"]']);
});
