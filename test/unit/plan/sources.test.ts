import t from 'tap';
import { makePlan } from '../../../agent/plan/plan.ts';
import { attached, eni, nodeConfig, observation, ownTags, subnet } from '../facts.ts';
import { primary, second, writes } from './planning.ts';

const twoInterfaces = nodeConfig({}, { name: 'eth2', subnets: ['subnet-22222222'] });

t.test('an untouched node: the writes, in order', async (t) => {
  const plan = makePlan(twoInterfaces, observation({ subnets: [subnet({}), second] }));
  t.strictSame(writes(plan), [
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

  t.strictSame(writes(source(inPlace)), [], 'attached: nothing to do');
  t.strictSame(
    writes(source(inPlace, surplus)),
    [{ action: 'DeleteNetworkInterface', eniId: surplus.id }],
    'a surplus ENI that we made goes back',
  );
  const pending = own({ status: 'pending' });
  t.strictSame(
    writes(source(inPlace, pending)),
    [{ action: 'DeleteNetworkInterface', eniId: pending.id }],
    'one that EC2 calls pending as well',
  );
  const elsewhere = attached(3, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  t.strictSame(writes(source(inPlace, elsewhere)), [], 'but none that is attached');
  const withoutModify = attached(1, { addresses: ['10.0.4.9'], tags: ownTags('eth1') });
  if (withoutModify.attachment !== undefined) {
    withoutModify.attachment.deleteOnTermination = false;
  }
  t.strictSame(
    writes(source(withoutModify)).map((write) => write.action),
    ['ModifyNetworkInterfaceAttribute'],
    'attached, but an earlier run did not get to its Modify',
  );
  const left = own();
  t.strictSame(
    writes(source(left)).map(({ action, eniId }) => [action, eniId]),
    [
      ['AttachNetworkInterface', left.id],
      ['ModifyNetworkInterfaceAttribute', left.id],
    ],
    'available: adopted',
  );
  const misfit = own({ securityGroups: ['sg-22222222'] });
  t.strictSame(
    writes(source(misfit)).map(({ action }) => action),
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
      writes(source(foreign)).map(({ action, eniId }) => [action, eniId]),
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
  t.match(plan.interfaces[0]?.source, { kind: 'recover', intent, subnetIds: ['subnet-11111111'] });
  t.strictSame(
    writes(plan)
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
  t.strictSame(writes(plan), [
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
