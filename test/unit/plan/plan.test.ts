import t from 'tap';
import { Failure } from '../../../agent/failure.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { writesOf } from '../../../agent/plan/writes.ts';
import { attached, eni, instanceId, limits, nodeConfig, observation, ownTags, subnet } from '../facts.ts';

const second = subnet({ id: 'subnet-22222222', cidr: '10.0.5.0/24' });
const primary = attached(0, { subnetId: 'subnet-99999999', mac: '0a:ff:00:00:00:01' });

const twoInterfaces = nodeConfig({}, { name: 'eth2', subnets: ['subnet-22222222'] });

t.test('an untouched node: the writes, in order', async (t) => {
  const plan = makePlan(twoInterfaces, observation({ subnets: [subnet({}), second] }));
  t.strictSame(writesOf(plan), [
    { action: 'CreateNetworkInterface', interface: 'eth1', subnetId: 'subnet-11111111', address: '10.0.4.4' },
    { action: 'AttachNetworkInterface', interface: 'eth1', deviceIndex: 1, networkCard: 0 },
    { action: 'ModifyNetworkInterfaceAttribute', interface: 'eth1', deleteOnTermination: true },
    { action: 'CreateNetworkInterface', interface: 'eth2', subnetId: 'subnet-22222222', address: '10.0.5.4' },
    { action: 'AttachNetworkInterface', interface: 'eth2', deviceIndex: 2, networkCard: 0 },
    { action: 'ModifyNetworkInterfaceAttribute', interface: 'eth2', deleteOnTermination: true },
  ]);
  t.strictSame(plan.warnings, []);
});

t.test('where an ENI comes from', async (t) => {
  const own = (given: Parameters<typeof eni>[0] = {}) =>
    eni({ addresses: ['10.0.4.9'], tags: ownTags('eth1'), ...given });
  const source = (...enis: ReturnType<typeof eni>[]) =>
    makePlan(nodeConfig({}), observation({ enis: [primary, ...enis] }));
  const inPlace = attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  const surplus = own();

  t.strictSame(writesOf(source(inPlace)), [], 'attached: nothing to do');
  t.strictSame(
    writesOf(source(inPlace, surplus)),
    [{ action: 'DeleteNetworkInterface', eniId: surplus.id }],
    'a surplus ENI that we made goes back',
  );
  const pending = own({ status: 'pending' });
  t.strictSame(
    writesOf(source(inPlace, pending)),
    [{ action: 'DeleteNetworkInterface', eniId: pending.id }],
    'one that EC2 calls pending as well',
  );
  const elsewhere = attached(3, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  t.strictSame(writesOf(source(inPlace, elsewhere)), [], 'but none that is attached');
  const withoutModify = attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  if (withoutModify.attachment !== undefined) {
    withoutModify.attachment.deleteOnTermination = false;
  }
  t.strictSame(
    writesOf(source(withoutModify)).map((write) => write.action),
    ['ModifyNetworkInterfaceAttribute'],
    'attached, but an earlier run did not get to its Modify',
  );
  const left = own();
  t.strictSame(
    writesOf(source(left)).map(({ action, eniId }) => [action, eniId]),
    [
      ['AttachNetworkInterface', left.id],
      ['ModifyNetworkInterfaceAttribute', left.id],
    ],
    'available: adopted',
  );
  const misfit = own({ securityGroups: ['sg-22222222'] });
  t.strictSame(
    writesOf(source(misfit)).map(({ action }) => action),
    [
      'DeleteNetworkInterface',
      'CreateNetworkInterface',
      'AttachNetworkInterface',
      'ModifyNetworkInterfaceAttribute',
    ],
    'available, but not what the configuration says any more: replaced',
  );
  for (const [why, foreign] of [
    [
      'of another instance',
      own({ tags: { ...ownTags('eth1'), 'multus-bootstrap.io/instance-id': 'i-00000000' } }),
    ],
    ['not made by us', own({ tags: { ...ownTags('eth1'), 'multus-bootstrap.io/created': '' } })],
  ] as const) {
    t.strictSame(
      writesOf(source(foreign)).map(({ action, eniId }) => [action, eniId]),
      [
        ['CreateNetworkInterface', undefined],
        ['AttachNetworkInterface', undefined],
        ['ModifyNetworkInterfaceAttribute', undefined],
      ],
      `${why}: not touched`,
    );
  }
});

t.test('an intent whose ENI EC2 does not show is tried again', async (t) => {
  const intent = { interface: 'eth1', subnetId: 'subnet-11111111', address: '10.0.4.77', ageMs: 5_000 };
  const plan = makePlan(nodeConfig({}, { name: 'eth2' }), observation({ intents: [intent] }));
  t.strictSame(plan.interfaces[0]?.source, { kind: 'recover', intent });
  t.strictSame(
    writesOf(plan)
      .filter(({ action }) => action === 'CreateNetworkInterface')
      .map(({ address }) => address),
    ['10.0.4.77', '10.0.4.4'],
  );
  const there = eni({ addresses: ['10.0.4.77'], tags: ownTags('eth1'), securityGroups: ['sg-99999999'] });
  const settled = makePlan(nodeConfig({}), observation({ intents: [intent], enis: [primary, there] }));
  t.equal(settled.interfaces[0]?.source.kind, 'create', 'but not if its ENI is there to be deleted');

  const source = (given: Partial<typeof intent & { eniId: string }>) =>
    makePlan(nodeConfig({}), observation({ intents: [{ ...intent, ...given }] })).interfaces[0]?.source.kind;
  const old = { ageMs: 3_600_000 };
  t.equal(
    source({ ...old, eniId: 'eni-0000000f' }),
    'create',
    'nor if its ENI was there long ago: it is gone',
  );
  t.equal(source({ eniId: 'eni-0000000f' }), 'recover', 'a listing that is behind shows no new ENI');
  t.equal(source(old), 'recover', 'nobody knows yet whether there ever was one');
});

t.test('what was about to be created for an interface that is configured no more', async (t) => {
  const intent = { interface: 'eth9', subnetId: 'subnet-99999999', address: '10.0.9.4', ageMs: 5_000 };
  const inPlace = attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  const seen = { intents: [intent], enis: [primary, inPlace] };
  const plan = makePlan(nodeConfig({}), observation(seen));
  t.strictSame(plan.abandoned, [intent]);
  t.strictSame(writesOf(plan), [
    {
      action: 'CreateNetworkInterface',
      interface: 'eth9',
      subnetId: 'subnet-99999999',
      address: '10.0.9.4',
    },
    { action: 'DeleteNetworkInterface', interface: 'eth9' },
  ]);
  const shown = attached(2, { subnetId: 'subnet-99999999', addresses: ['10.0.9.4'], tags: ownTags('eth9') });
  const inUse = makePlan(nodeConfig({}), observation({ ...seen, enis: [primary, inPlace, shown] }));
  t.strictSame(inUse.abandoned, [], 'not if its ENI is attached');
  t.match(inUse.warnings, [/eth9, which the configuration no longer names/]);
});

t.test('an ENI of ours that someone has attached to another instance is theirs', async (t) => {
  const elsewhere = attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  if (elsewhere.attachment !== undefined) {
    elsewhere.attachment.instanceId = 'i-00000000';
  }
  const plan = makePlan(nodeConfig({}), observation({ enis: [primary, elsewhere] }));
  t.equal(plan.interfaces[0]?.source.kind, 'create');
  t.strictSame(plan.surplus, []);
});

t.test('device indexes', async (t) => {
  const indexes = (config: ReturnType<typeof nodeConfig>, ...enis: ReturnType<typeof eni>[]) =>
    makePlan(config, observation({ enis: [primary, ...enis] })).interfaces.map((each) => each.deviceIndex);
  const three = nodeConfig({}, { name: 'eth2' }, { name: 'eth3' });

  t.strictSame(indexes(three), [1, 2, 3]);
  t.strictSame(indexes(nodeConfig({}, { name: 'eth2' }), attached(1)), [2, 3], 'a taken index is skipped');
  t.strictSame(
    indexes(three, attached(2, { tags: ownTags('eth2'), addresses: ['10.0.4.5'] })),
    [1, 2, 3],
    'around one that is in place',
  );
  const detaching = attached(1, { tags: ownTags('eth1'), addresses: ['10.0.4.4'] });
  if (detaching.attachment !== undefined) {
    detaching.attachment.status = 'detaching';
  }
  t.strictSame(
    makePlan(
      three,
      observation({ enis: [primary, detaching], limits: { ...limits, maximumInterfaces: 4 } }),
    ).interfaces.map(({ source, deviceIndex }) => [source.kind, deviceIndex]),
    [
      ['adopt', 1],
      ['create', 2],
      ['create', 3],
    ],
    'an ENI that is detaching and to be adopted takes up one place, not two',
  );
  const twoCards = {
    ...limits,
    maximumInterfaces: 8,
    cards: [
      { index: 0, maximumInterfaces: 4 },
      { index: 1, maximumInterfaces: 4 },
    ],
  };
  const onCards = nodeConfig({}, { name: 'eth2', networkCard: 1 }, { name: 'eth3' });
  t.strictSame(
    makePlan(onCards, observation({ limits: twoCards })).interfaces.map((each) => each.deviceIndex),
    [1, 1, 2],
    'a device index is unique per card',
  );
  const onOther = attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') }, 1);
  const plan = makePlan(
    nodeConfig({}, { name: 'eth2' }),
    observation({ limits: twoCards, enis: [primary, onOther] }),
  );
  t.strictSame(
    plan.interfaces.map(({ networkCard, deviceIndex }) => [networkCard, deviceIndex]),
    [
      [1, 1],
      [0, 1],
    ],
    'the card is that on which EC2 has the ENI',
  );
  t.match(plan.warnings, [/^eth1: .*network card/]);
});

t.test('subnets', async (t) => {
  const both = nodeConfig({ subnets: ['subnet-11111111', 'subnet-22222222'] });
  const chosen = (config: ReturnType<typeof nodeConfig>, given: Parameters<typeof observation>[0]) =>
    makePlan(config, observation(given)).interfaces.map((each) =>
      each.choices.map(({ subnetId }) => subnetId),
    );

  t.strictSame(
    chosen(both, { subnets: [subnet({}), { ...second, zone: 'eu-west-1b' }] }),
    [['subnet-11111111']],
    'of several zones, the one of this node',
  );
  t.strictSame(
    chosen(both, { subnets: [subnet({}), second], enis: [primary, eni({ addresses: ['10.0.4.4'] })] }),
    [['subnet-22222222', 'subnet-11111111']],
    'of several in the zone, the one with most free addresses first',
  );
  const bounded = nodeConfig({
    subnets: ['subnet-11111111', 'subnet-22222222'],
    ipv4: { mode: 'FirstFree', within: ['10.0.4.0/26', '10.0.5.0/28'], podRange: [] },
  });
  t.strictSame(
    chosen(bounded, { subnets: [second, subnet({})] }),
    [['subnet-11111111', 'subnet-22222222']],
    'only free addresses inside within count',
  );
  const automatic = nodeConfig({
    subnets: ['subnet-11111111', 'subnet-22222222'],
    ipv4: { mode: 'Automatic', within: [], podRange: [] },
  });
  const plan = makePlan(
    automatic,
    observation({ subnets: [{ ...subnet({}), availableAddresses: 3 }, second] }),
  );
  t.strictSame(
    writesOf(plan)[0],
    { action: 'CreateNetworkInterface', interface: 'eth1', subnetId: 'subnet-22222222' },
    'Automatic: no address, the subnet where EC2 has most',
  );
  const bound = { mode: 'Automatic' as const, within: ['10.0.9.0/24'], podRange: [] };
  t.strictSame(
    chosen(nodeConfig({ ipv4: bound }), {}),
    [['subnet-11111111']],
    'Automatic: within binds FirstFree alone',
  );
  const sharing = makePlan(nodeConfig({}, { name: 'eth2' }), observation());
  t.strictSame(
    sharing.interfaces.map(({ address }) => address),
    ['10.0.4.4', '10.0.4.5'],
    'two interfaces in one subnet do not plan the same address',
  );
});

t.test('what cannot be done is refused before anything is changed', async (t) => {
  const full = eni({ addresses: ['10.0.4.4'], prefixes: ['10.0.4.16/28'] });
  const narrow = { mode: 'FirstFree' as const, podRange: ['10.0.4.5-10.0.4.7'] };
  for (const [what, config, given, exitCode, ...words] of [
    [
      'no such subnet',
      nodeConfig({ subnets: ['subnet-11111111', 'subnet-33333333'] }),
      {},
      3,
      'eth1',
      'subnet-33333333',
      'eu-west-1',
    ],
    [
      'no subnet in the zone',
      nodeConfig({}),
      { subnets: [subnet({ zone: 'eu-west-1c' })] },
      3,
      'eu-west-1a',
      'subnet-11111111 is in eu-west-1c',
    ],
    [
      'another VPC',
      nodeConfig({}),
      { subnets: [subnet({ vpcId: 'vpc-22222222' })] },
      3,
      'vpc-22222222',
      'vpc-11111111',
    ],
    [
      'no IPv4 CIDR',
      nodeConfig({}),
      { subnets: [{ ...subnet({}), cidr: undefined }] },
      3,
      'subnet-11111111',
      'not supported yet',
    ],
    [
      'within elsewhere',
      nodeConfig({ ipv4: { ...narrow, within: ['10.0.9.0/24'] } }),
      {},
      3,
      'ipv4.within',
      '10.0.9.0/24',
      '10.0.4.0/24',
    ],
    [
      'all held',
      nodeConfig({ ipv4: { ...narrow, within: ['10.0.4.0/29', '10.0.4.16/28'] } }),
      { enis: [primary, full] },
      5,
      'eth1',
      'of the 24 addresses',
      '17 are held by ENIs',
      '3 are in podRange',
    ],
    [
      'all in a reservation',
      nodeConfig({}),
      { reservations: [{ subnetId: 'subnet-11111111', cidr: '10.0.4.0/24', type: 'explicit' as const }] },
      5,
      '256 are in CIDR reservations',
    ],
    [
      'EC2 has none left',
      nodeConfig({ ipv4: { mode: 'Automatic', within: [], podRange: [] } }),
      { subnets: [subnet({ availableAddresses: 0 })] },
      5,
      'no available address',
    ],
    [
      'too many ENIs',
      nodeConfig({}, { name: 'eth2' }),
      { enis: [primary, attached(1), attached(2)] },
      6,
      'm5.xlarge carries 4 ENIs',
      'has 3',
      '2 more',
    ],
    ['no such card', nodeConfig({ networkCard: 1 }), {}, 6, 'm5.xlarge has no network card 1'],
    ['name of the primary', nodeConfig({ name: 'ens5' }), {}, 3, 'ens5', 'the primary ENI'],
    [
      'alternative name of the primary',
      nodeConfig({ name: 'enp0s5' }),
      {},
      3,
      'an alternative name of ens5, the primary ENI',
    ],
    [
      'name of a link',
      nodeConfig({ name: 'docker0' }),
      { links: [{ name: 'docker0', mac: '02:42:00:00:00:01', alternativeNames: [] }] },
      3,
      'docker0',
      '02:42:00:00:00:01',
    ],
  ] as const) {
    try {
      makePlan(config, observation(given));
      t.fail(`${what}: planned`);
    } catch (error) {
      t.type(error, Failure, what);
      if (error instanceof Failure) {
        t.equal(error.exitCode, exitCode, `${what}: exit code`);
        for (const word of words) {
          t.match(error.message, word, what);
        }
      }
    }
  }
});

t.test('the instance type’s limit over all its network cards', async (t) => {
  const cards = [0, 1].map((index) => ({ index, maximumInterfaces: 4 }));
  const config = nodeConfig({}, { name: 'eth2', networkCard: 1 });
  const enis = [primary, attached(1), attached(2)];
  t.throws(() => makePlan(config, observation({ limits: { ...limits, cards }, enis })), {
    exitCode: 6,
    message: /eth1: m5\.xlarge carries 4 ENIs, has 3, and the configuration needs 2 more/,
  });
});

t.test('what is left as it is, is said', async (t) => {
  const unnamed = attached(1, { tags: ownTags('net9'), addresses: ['10.0.4.5'] });
  const moved = attached(2, {
    tags: ownTags('eth1'),
    addresses: ['10.0.4.6'],
    securityGroups: ['sg-22222222'],
  });
  const plan = makePlan(nodeConfig({}), observation({ enis: [primary, unnamed, moved] }));
  t.strictSame(writesOf(plan), []);
  t.match(plan.warnings[0], new RegExp(`${unnamed.id}.*net9`));
  t.match(plan.warnings[1], /eth1: .*security groups/);
});

t.test('the name of one of our devices that is to be mended is no conflict', async (t) => {
  const one = attached(1, { tags: ownTags('eth1'), addresses: ['10.0.4.5'] });
  const two = attached(2, { tags: ownTags('eth2'), addresses: ['10.0.4.6'] });
  const links = [
    { name: 'eth1', mac: two.mac, alternativeNames: [] },
    { name: 'ens6', mac: one.mac, alternativeNames: ['eth2'] },
  ];
  const plan = makePlan(nodeConfig({}, { name: 'eth2' }), observation({ enis: [primary, one, two], links }));
  t.strictSame(writesOf(plan), []);
  t.equal(instanceId, one.attachment?.instanceId);
});

t.test('the name of our own device is no conflict, whatever EC2 shows of its ENI', async (t) => {
  const left = eni({ addresses: ['10.0.4.4'], tags: ownTags('eth1') });
  const links = [{ name: 'eth1', mac: left.mac, alternativeNames: [] }];
  const source = (given: Parameters<typeof observation>[0]) =>
    makePlan(nodeConfig({}), observation({ links, ...given })).interfaces[0]?.source.kind;
  t.equal(source({ enis: [primary, left] }), 'adopt', 'not attached yet');
  const intent = { interface: 'eth1', subnetId: left.subnetId, eniId: left.id, mac: left.mac, ageMs: 0 };
  t.equal(source({ intents: [intent] }), 'recover', 'nothing at all');
});
