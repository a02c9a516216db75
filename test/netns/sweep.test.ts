/** `sweep` deletes what dead instances have left, and nothing else. */
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import type { Eni } from '../simulator/model/records.ts';
import { enterNamespace } from './namespace.ts';
import { subnets, type TestNode } from './simulated-node.ts';
import { eniOf, isThere, sweepNow, tagsOf, unheardOf } from './sweep-world.ts';
import { nodeFor } from './trouble.ts';

await enterNamespace(import.meta.url);

t.test('the ENIs of instances that are terminated, or that EC2 does not know any more', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { world, record } = node.simulator;
  const dead = [
    eniOf(world, 'terminated'),
    eniOf(world, 'gone'),
    world.addEni({ subnetId: subnets.b, tags: tagsOf(unheardOf()) }),
  ];
  const before = world.enis;

  const dry = await sweepNow(node);
  t.equal(dry.exitCode, 0, dry.journal);
  t.same(record.writes(), [], 'without --yes nothing is changed');
  t.same(world.enis, before);
  const [title = '', ...rows] = dry.stdout.split('\n');
  t.match(title, /^ENI +ADDRESS +SUBNET +INSTANCE +STATE +SEEN SINCE +CLUSTER +REMEDY$/);
  t.equal(rows.length, dead.length + 1);
  for (const [index, { id, addresses, subnetId, tags }] of dead.entries()) {
    const row = rows.find((each) => each.startsWith(id)) ?? '';
    t.same(row.replace('unknown to EC2', 'unknown').split(/ {2,}/), [
      id,
      addresses[0],
      subnetId,
      tags['multus-bootstrap.io/instance-id'],
      index === 0 ? 'terminated' : 'unknown',
      row.match(/20\d\d-\S+Z/)?.[0],
      'demo',
      'delete',
    ]);
  }
  t.match(rows.at(-1), 'with --yes');

  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  for (const eni of dead) {
    t.notOk(isThere(node, eni));
    t.match(journal, new RegExp(`deleted ${eni.id} \\(${eni.addresses[0]}\\) of i-\\w+, which is`));
  }
  t.same(
    world.enis,
    before.filter(({ id }) => !dead.some((eni) => eni.id === id)),
  );

  record.clear();
  const none = await sweepNow(node, '--yes');
  t.same([none.exitCode, none.stdout, none.journal], [0, 'nothing to sweep', '']);
  t.equal(record.calls.length, 2, 'with nothing to doubt, one look is enough');
});

/** All that looks like a leftover in some way, and is none. */
const living: Record<string, (node: TestNode) => Eni> = {
  'of an instance that is pending': ({ simulator: { world } }) => eniOf(world, 'pending'),
  'of an instance that runs': ({ simulator: { world } }) => eniOf(world, 'running'),
  'of an instance that is stopping': ({ simulator: { world } }) => eniOf(world, 'stopping'),
  'of an instance that is stopped': ({ simulator: { world } }) => eniOf(world, 'stopped'),
  'of an instance that is shutting down': ({ simulator: { world } }) => eniOf(world, 'shutting-down'),
  'of this instance': ({ simulator: { world }, node }) =>
    world.addEni({ subnetId: subnets.a, tags: tagsOf(node.instanceId) }),
  'attached to another instance': ({ simulator: { world }, node }) => {
    const { id: eniId } = eniOf(world, 'gone');
    attachEni(world, { eniId, instanceId: node.instanceId, deviceIndex: 3, networkCard: 0 });
    return world.store.eni(eniId);
  },
  'of another account, whose instances are not to be seen': ({ simulator: { world } }) =>
    world.addEni({ subnetId: subnets.a, tags: tagsOf(unheardOf()), owner: '210987654321' }),
  'of an AWS service': ({ simulator: { world } }) =>
    world.addEni({ subnetId: subnets.a, tags: tagsOf(unheardOf()), requesterManaged: true }),
  'without tags': ({ simulator: { world } }) => world.addEni({ subnetId: subnets.a }),
  'without the tag of an instance': ({ simulator: { world } }) => {
    const { 'multus-bootstrap.io/instance-id': _, ...tags } = tagsOf(unheardOf());
    return world.addEni({ subnetId: subnets.a, tags });
  },
  'without the tag created': ({ simulator: { world } }) => {
    const { 'multus-bootstrap.io/created': _, ...tags } = tagsOf(unheardOf());
    return world.addEni({ subnetId: subnets.a, tags });
  },
  ...Object.fromEntries(
    ['', '*', 'i-*', 'i-0123', 'i-0123456789ABCDEF0', 'i-0123456789abcdef0 ', 'none'].map((instanceId) => [
      `tagged with ${JSON.stringify(instanceId)} for an instance`,
      ({ simulator: { world } }: TestNode) => world.addEni({ subnetId: subnets.a, tags: tagsOf(instanceId) }),
    ]),
  ),
  ...Object.fromEntries(
    ['True', 'false', 'yes', ''].map((created) => [
      `tagged created=${created}`,
      ({ simulator: { world } }: TestNode) =>
        world.addEni({
          subnetId: subnets.a,
          tags: { ...tagsOf(unheardOf()), 'multus-bootstrap.io/created': created },
        }),
    ]),
  ),
};

t.test('what is never touched', async (t) => {
  const node = await nodeFor(t, { userData: undefined, simulator: { pendingMs: 60_000 } });
  const { world, record } = node.simulator;
  const never = Object.entries(living).map(([what, make]) => ({ what, eni: make(node) }));
  const dead = eniOf(world, 'gone');
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  t.notOk(isThere(node, dead), 'while a leftover is deleted');
  for (const { what, eni } of never) {
    t.same(world.store.findEni(eni.id), eni, what);
  }
  t.equal(record.writes().length, 1);
});

t.test('only what both looks show', async (t) => {
  t.test('an instance that EC2 knows at the second', async (t) => {
    const node = await nodeFor(t, { userData: undefined });
    const { world } = node.simulator;
    const id = unheardOf();
    const eni = world.addEni({ subnetId: subnets.a, tags: tagsOf(id) });
    node.hooks.afterCall = ({ action }) => {
      if (action === 'DescribeInstances' && !world.instances.has(id)) {
        world.launch({ id, type: 'm5.large', subnetId: subnets.primary });
      }
    };
    const { exitCode, stdout } = await sweepNow(node, '--yes');
    t.same([exitCode, stdout], [0, 'nothing to sweep: the second look confirmed none of the first']);
    t.ok(isThere(node, eni));
  });

  t.test('an ENI that comes, or changes hands, between them', async (t) => {
    const node = await nodeFor(t, { userData: undefined });
    const { world } = node.simulator;
    const changed = eniOf(world, 'gone');
    const dead = eniOf(world, 'gone');
    let late: Eni | undefined;
    node.hooks.afterCall = ({ action }) => {
      if (action === 'DescribeInstances' && late === undefined) {
        late = eniOf(world, 'terminated');
        world.store.setEni({ ...changed, tags: tagsOf(unheardOf()) });
      }
    };
    const { exitCode } = await sweepNow(node, '--yes');
    t.equal(exitCode, 0);
    t.same(
      [changed, dead, late ?? dead].map((eni) => isThere(node, eni)),
      [true, false, true],
    );
  });
});

t.test('someone is faster: that is no failure', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  const { world } = node.simulator;
  const [taken, gone, dead] = [eniOf(world, 'gone'), eniOf(world, 'gone'), eniOf(world, 'gone')];
  node.hooks.beforeCall = ({ action }) => {
    if (action === 'DeleteNetworkInterface' && isThere(node, gone)) {
      attachEni(world, { eniId: taken.id, instanceId: node.node.instanceId, deviceIndex: 3, networkCard: 0 });
      world.deleteEni(gone.id);
    }
  };
  const { exitCode, journal } = await sweepNow(node, '--yes');
  t.equal(exitCode, 0, journal);
  t.match(journal, `${taken.id} is in use by now`);
  t.match(journal, `${gone.id} is gone by now`);
  t.ok(isThere(node, taken));
  t.notOk(isThere(node, dead));
});

t.test(
  'one that cannot be deleted keeps no other; all are told, and the first tells the exit code',
  async (t) => {
    const node = await nodeFor(t, { userData: undefined });
    const { world, faults } = node.simulator;
    const enis = [eniOf(world, 'gone'), eniOf(world, 'terminated'), eniOf(world, 'gone')].toSorted((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    const error = {
      code: 'UnauthorizedOperation',
      message: 'You are not authorized to perform this operation.',
      status: 403,
    };
    faults.add({
      action: 'DeleteNetworkInterface',
      times: 2,
      match: ({ NetworkInterfaceId }) => NetworkInterfaceId !== enis[1]?.id,
      kind: { error },
    });
    const { exitCode, journal } = await sweepNow(node, '--yes');
    t.equal(exitCode, 4, journal);
    t.same(
      enis.map((eni) => isThere(node, eni)),
      [true, false, true],
    );
    for (const eni of [enis[0], enis[2]]) {
      t.match(journal, new RegExp(`cannot delete ${eni?.id} of i-\\w+: .*Allow ec2:DeleteNetworkInterface`));
    }
    t.equal((await sweepNow(node, '--yes')).exitCode, 0);
    t.notOk(
      enis.some((eni) => isThere(node, eni)),
      'the next sweep finishes',
    );
  },
);

t.test('more instances than a request takes, more ENIs than a page holds', async (t) => {
  const node = await nodeFor(t, {
    userData: undefined,
    simulator: { buckets: false },
    world(world) {
      world.addSubnet({
        id: 'subnet-00001000',
        vpcId: 'vpc-00000001',
        cidr: '10.0.16.0/20',
        zone: 'eu-west-1a',
      });
    },
  });
  const { world, record } = node.simulator;
  for (let n = 0; n < 1_100; n += 1) {
    world.addEni({ subnetId: 'subnet-00001000', tags: tagsOf(`i-${n.toString(16).padStart(8, '0')}`) });
  }
  const { exitCode, stdout } = await sweepNow(node);
  t.equal(exitCode, 0);
  t.equal(stdout.split('\n').length, 1_102);
  const count = (action: string) => record.calls.filter((call) => call.action === action).length;
  t.equal(count('DescribeInstances'), 2 * Math.ceil(1_100 / 190));
  t.equal(count('DescribeNetworkInterfaces'), 2 * 3, 'a page of 1,000, one of 100, and none made beforehand');
});

t.test('an interval that is none, or protects no instance', async (t) => {
  const node = await nodeFor(t, { userData: undefined });
  for (const [interval, message] of [
    ['soon', 'not a duration; write 90s, 2m or 1m30s'],
    ['0s', 'not a duration'],
    ['', 'not a duration'],
    ['29s', 'too short: it protects instances that EC2 does not show yet'],
    ['60m1s', 'too long; write at most 60m'],
  ] as const) {
    const { exitCode, journal } = await node.run(['sweep', '--interval', interval]);
    t.equal(exitCode, 2, interval);
    t.match(journal, `--interval "${interval}": ${message}`);
  }
  t.same(node.simulator.record.calls, []);
});
