import t from 'tap';
import { dualStackId, ipv6OnlyId, simulated, subnetId } from './simulated.ts';

t.test('tags of an ENI and of the instance: set over others, taken off by their values', async (t) => {
  const { sim, ec2, instanceId } = await simulated(t);
  const { id } = sim.world.addEni({ subnetId, tags: { multus: 'true', team: 'core' } });
  const tagsOf = async () => (await ec2.describeEnis({ ids: [id] }))[0]?.tags;
  await ec2.createTags(id, { team: 'edge', 'multus-bootstrap.io/instance-id': instanceId, empty: '' });
  t.strictSame(await tagsOf(), {
    multus: 'true',
    team: 'edge',
    'multus-bootstrap.io/instance-id': instanceId,
    empty: '',
  });
  await ec2.deleteTags(id, { 'multus-bootstrap.io/instance-id': 'i-00000000', team: 'edge', empty: 'no' });
  t.strictSame(
    await tagsOf(),
    { multus: 'true', 'multus-bootstrap.io/instance-id': instanceId, empty: '' },
    'what another has written there stays',
  );
  await ec2.deleteTags(id, { empty: '' });
  await ec2.createTags(instanceId, { 'multus-network-attached': 'true' });
  t.match(sim.world.instances.get(instanceId)?.tags, { 'multus-network-attached': 'true' });
  await ec2.deleteTags(instanceId, { 'multus-network-attached': 'true' });
  t.notOk(sim.world.instances.get(instanceId)?.tags['multus-network-attached']);
});

t.test('no tags are none, not all of them', async (t) => {
  const { sim, ec2 } = await simulated(t);
  const { id } = sim.world.addEni({ subnetId, tags: { multus: 'true', team: 'core' } });
  await ec2.deleteTags(id, {});
  t.strictSame(sim.world.enis.find((eni) => eni.id === id)?.tags, { multus: 'true', team: 'core' });
  t.equal(ec2.calls().DeleteTags, undefined);
});

t.test('an ENI that is gone: nothing to take tags off; another may come to be seen', async (t) => {
  const { ec2 } = await simulated(t);
  const gone = 'eni-0123456789abcdef0';
  await t.rejects(ec2.deleteTags(gone, { team: 'core' }), { name: 'Ec2Error', class: 'notFound' });
  await t.rejects(ec2.createTags(gone, { team: 'core' }), { name: 'Ec2Error', class: 'notYet' });
});

t.test('more than 50 tags', async (t) => {
  const { sim, ec2 } = await simulated(t);
  const tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key-${i}`, 'x']));
  const { id } = sim.world.addEni({ subnetId, tags });
  await t.rejects(ec2.createTags(id, { 'multus-bootstrap.io/existing': 'true' }), {
    class: 'limit',
    code: 'TagLimitExceeded',
  });
});

t.test('subnets by tags: those of the VPC that have all of them', async (t) => {
  const { sim, ec2 } = await simulated(t);
  const other = sim.world.addVpc({ cidr: '10.0.0.0/16' });
  sim.world.addSubnet({
    vpcId: other.id,
    cidr: '10.0.4.0/24',
    zone: 'us-east-1a',
    tags: { net: 'signalling' },
  });
  const idsOf = async (tags: Record<string, string>) =>
    (await ec2.describeSubnets({ vpcId: 'vpc-11111111', tags })).map(({ id }) => id).sort();
  t.strictSame(await idsOf({ net: 'signalling' }), [dualStackId, ipv6OnlyId]);
  t.strictSame(await idsOf({ net: 'signalling', team: 'core' }), [dualStackId]);
  t.strictSame(await idsOf({ net: 'sign*' }), [], 'no wildcard');
  t.match(await ec2.describeSubnets({ ids: [dualStackId] }), [{ tags: { net: 'signalling', team: 'core' } }]);
});
