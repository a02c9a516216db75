import t from 'tap';
import { makePlan } from '../../../agent/plan/plan.ts';
import { attached, eni, instanceId, nodeConfig, observation, ownTags } from '../facts.ts';
import { primary, writes } from './planning.ts';

t.test('the name of one of our devices that is to be mended is no conflict', async (t) => {
  const one = attached(1, { tags: ownTags('eth1'), addresses: ['10.0.4.5'] });
  const two = attached(2, { tags: ownTags('eth2'), addresses: ['10.0.4.6'] });
  const links = [
    { name: 'eth1', mac: two.mac, alternativeNames: [] },
    { name: 'ens6', mac: one.mac, alternativeNames: ['eth2'] },
  ];
  const plan = makePlan(nodeConfig({}, { name: 'eth2' }), observation({ enis: [primary, one, two], links }));
  t.strictSame(writes(plan), []);
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
