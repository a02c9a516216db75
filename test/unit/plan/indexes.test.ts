import t from 'tap';
import { makePlan } from '../../../agent/plan/plan.ts';
import { attached, type eni, limits, nodeConfig, observation, ownTags } from '../facts.ts';
import { attachment, primary } from './planning.ts';

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

t.test('the instance type’s limit over all its network cards', async (t) => {
  const cards = [0, 1].map((index) => ({ index, maximumInterfaces: 4 }));
  const config = nodeConfig({}, { name: 'eth2', networkCard: 1 });
  const enis = [primary, attached(1), attached(2)];
  t.throws(() => makePlan(config, observation({ limits: { ...limits, cards }, enis })), {
    exitCode: 6,
    message: /eth1: m5\.xlarge carries 4 ENIs, has 3, and the configuration needs 2 more/,
  });
  const leaving = attached(2, { attachment: attachment({ deviceIndex: 2, status: 'detaching' }) });
  const plan = makePlan(
    nodeConfig({}, { name: 'eth2' }),
    observation({ enis: [primary, attached(1), leaving] }),
  );
  t.strictSame(
    plan.interfaces.map(({ deviceIndex }) => deviceIndex),
    [3, 4],
    'what is detaching makes room, but holds its index until then',
  );
});
