import t from 'tap';
import { addressesOf } from '../../../agent/plan/first-try.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { eni, nodeConfig, observation, subnet } from '../facts.ts';
import { chosen, primary, second, writes } from './planning.ts';

t.test('subnets', async (t) => {
  const both = nodeConfig({ subnets: ['subnet-11111111', 'subnet-22222222'] });
  const order = (config: ReturnType<typeof nodeConfig>, given: Parameters<typeof observation>[0]) =>
    makePlan(config, observation(given)).interfaces.map(chosen);

  t.strictSame(
    order(both, { subnets: [subnet({}), { ...second, zone: 'eu-west-1b' }] }),
    [['subnet-11111111']],
    'of several zones, the one of this node',
  );
  t.strictSame(
    order(both, { subnets: [subnet({}), second], enis: [primary, eni({ addresses: ['10.0.4.4'] })] }),
    [['subnet-22222222', 'subnet-11111111']],
    'of several in the zone, the one with most free addresses first',
  );
  const bounded = nodeConfig({
    subnets: ['subnet-11111111', 'subnet-22222222'],
    ipv4: { mode: 'FirstFree', within: ['10.0.4.0/26', '10.0.5.0/28'], podRange: [] },
  });
  t.strictSame(
    order(bounded, { subnets: [second, subnet({})] }),
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
    writes(plan)[0],
    { action: 'CreateNetworkInterface', interface: 'eth1', subnetId: 'subnet-22222222' },
    'Automatic: no address, the subnet where EC2 has most',
  );
  const bound = { mode: 'Automatic' as const, within: ['10.0.9.0/24'], podRange: [] };
  t.strictSame(
    order(nodeConfig({ ipv4: bound }), {}),
    [['subnet-11111111']],
    'Automatic: within binds FirstFree alone',
  );
  const sharing = makePlan(nodeConfig({}, { name: 'eth2' }), observation());
  t.strictSame(
    sharing.interfaces.flatMap(({ source }) => addressesOf(source)),
    ['10.0.4.4', '10.0.4.5'],
    'two interfaces in one subnet do not plan the same address',
  );
});
