import t from 'tap';
import { makePlan } from '../../../agent/plan/plan.ts';
import { attached, nodeConfig, observation, ownTags } from '../facts.ts';
import { primary, writes } from './planning.ts';

t.test('what is left as it is, is said', async (t) => {
  const unnamed = attached(1, { tags: ownTags('net9'), addresses: ['10.0.4.5'] });
  const moved = attached(2, {
    tags: ownTags('eth1'),
    addresses: ['10.0.4.6'],
    securityGroups: ['sg-22222222'],
  });
  const plan = makePlan(nodeConfig({}), observation({ enis: [primary, unnamed, moved] }));
  t.strictSame(writes(plan), []);
  t.match(plan.warnings[0], new RegExp(`${unnamed.id}.*net9`));
  t.match(plan.warnings[1], /eth1: .*security groups/);
});
