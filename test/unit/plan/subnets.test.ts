import t from 'tap';
import type { Subnet } from '../../../agent/claim/facts.ts';
import { addressesOf } from '../../../agent/plan/first-try.ts';
import { makePlan } from '../../../agent/plan/plan.ts';
import { eni, interfaceConfig, nodeConfig, observation, ownTags, subnet } from '../facts.ts';
import { chosen, planFor, primary, second, sourcesOf, writes } from './planning.ts';

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

t.test('subnets by tags', async (t) => {
  const tags = { net: 'signalling' };
  const config = [interfaceConfig({ subnets: [], subnetTags: tags })];
  const tagged = subnet({ tags: { ...tags, team: 'core' } });
  const also = { ...second, tags, availableAddresses: 100 };
  const order = (...subnets: Subnet[]) => planFor(config, { subnets }).interfaces.flatMap(chosen);
  t.strictSame(
    order(subnet({}), also, tagged),
    [tagged.id, also.id],
    'the one with most free addresses first',
  );
  t.strictSame(order(also, { ...tagged, zone: 'eu-west-1b' }), [also.id], "in the node's zone");
  t.strictSame(order({ ...tagged, vpcId: 'vpc-22222222' }, also), [also.id], 'and VPC');
  for (const [what, subnets, ...words] of [
    ['no such tags', [subnet({ tags: { net: 'other' } })], 'net=signalling', 'by id'],
    // EC2 does not show the tags of another account's subnet.
    ['a shared subnet', [subnet({ tags: {} })], 'net=signalling', 'shared by another account'],
    ['another VPC', [subnet({ tags, vpcId: 'vpc-22222222' })], 'no subnet of vpc-11111111'],
    ['another zone', [subnet({ tags, zone: 'eu-west-1b' })], 'subnet-11111111 is in eu-west-1b'],
  ] as const) {
    for (const word of words) {
      t.throws(() => order(...subnets), { exitCode: 3, message: new RegExp(word) }, what);
    }
  }
  const only6 = { ...also, id: 'subnet-66666666', cidr: undefined, ipv6Cidrs: ['2600:1f18:0:6::/64'] };
  const mixed = planFor(config, { subnets: [only6, tagged] });
  t.strictSame(mixed.interfaces.flatMap(chosen), [tagged.id], 'one that is not suitable is left out');
  t.match(mixed.warnings, [/^eth1: .*: subnet-66666666 has no IPv4 CIDR: /]);
  t.strictSame(planFor(config, { subnets: [also, tagged] }).warnings, []);
  const ipv4 = { mode: 'FirstFree' as const, within: ['10.0.5.0/26'], podRange: [] };
  const bounded = planFor([interfaceConfig({ ...config[0], ipv4 })], { subnets: [also, tagged] });
  t.strictSame(bounded.interfaces.flatMap(chosen), [also.id]);
  t.match(bounded.warnings, [
    /^eth1: .*: ipv4\.within \(10\.0\.5\.0\/26\) has no entry inside subnet-11111111 /,
  ]);
  const other6 = { ...only6, id: 'subnet-67676767' };
  t.throws(
    () => order(only6, other6),
    {
      exitCode: 3,
      message: /^eth1: subnet-66666666 has no IPv4 CIDR: .*; subnet-67676767 has no IPv4 CIDR: /,
    },
    'all that have the tags',
  );
  const listed = nodeConfig({ subnets: [only6.id, tagged.id] });
  t.throws(
    () => makePlan(listed, observation({ subnets: [only6, tagged] })),
    { exitCode: 3, message: /^eth1: subnet-66666666 has no IPv4 CIDR: / },
    'of a list, each must be',
  );
  const own = eni({ addresses: ['10.0.5.9'], subnetId: second.id, tags: ownTags('eth1') });
  const source = (...subnets: Subnet[]) => sourcesOf(planFor(config, { subnets, enis: [primary, own] }))[0];
  t.equal(source(tagged, also), `adopt ${own.id}`, 'an ENI of ours in one of them is adopted');
  t.equal(source(tagged, second), 'create', 'not in one that has lost its tags');
});
