import { CreateTagsCommand, DeleteTagsCommand, DescribeTagsCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('tags', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const eni = sim.world.addEni({ subnetId: ids.subnet, tags: { a: '1' } });
  const Resources = [eni.id];
  await ec2.send(
    new CreateTagsCommand({
      Resources,
      Tags: [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '' },
      ],
    }),
  );
  t.same(sim.world.store.eni(eni.id).tags, { a: '2', b: '' });
  await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] }));
  t.same(sim.world.store.eni(eni.id).tags, { a: '2' }, 'a value that differs keeps its tag');
  const { Tags } = await ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: Resources }] }),
  );
  t.match(Tags, [{ ResourceId: eni.id, ResourceType: 'network-interface', Key: 'a', Value: '2' }]);
  const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
  t.match(await errorOf(ec2.send(new CreateTagsCommand({ Resources, Tags: many }))), {
    code: 'TagLimitExceeded',
  });
});

const own = [{ Key: 'a', Value: '' }];

t.test('an id that is not there is told by its kind', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { clock: new VirtualClock(), consistencyMs: 1000 });
  const unseen = sim.world.addEni({ subnetId: ids.subnet });
  sim.world.deleteEni(unseen.id);
  for (const [id, code] of [
    ['eni-0000000a', 'InvalidNetworkInterfaceID.NotFound'],
    ['i-0000000a', 'InvalidInstanceID.NotFound'],
    ['subnet-0000000a', 'InvalidSubnetID.NotFound'],
    ['sg-0000000a', 'InvalidGroup.NotFound'],
    ['vpc-0000000a', 'InvalidVpcID.NotFound'],
    ['eni-attach-0000000a', 'InvalidID'],
    ['eni-x', 'InvalidID'],
    ['eth1', 'InvalidID'],
  ] as const) {
    const Resources = [id];
    const wanted = { code, message: id };
    t.match(await errorOf(ec2.send(new CreateTagsCommand({ Resources, Tags: own }))), wanted, id);
    t.match(await errorOf(ec2.send(new DeleteTagsCommand({ Resources, Tags: own }))), wanted, id);
  }
});

t.test("AWS's own tags stay, do not count, and do not stand in the way", async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const asg = { 'aws:autoscaling:groupName': 'workers', 'aws:ec2:fleet-id': 'fleet-1' };
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, tags: asg });
  const Resources = [node.instanceId];
  const tags = () => sim.world.instance(node.instanceId).tags;
  const many = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
  await ec2.send(new CreateTagsCommand({ Resources, Tags: many }));
  t.equal(Object.keys(tags()).length, 52);
  t.match(await errorOf(ec2.send(new CreateTagsCommand({ Resources, Tags: own }))), {
    code: 'TagLimitExceeded',
  });
  await ec2.send(new DeleteTagsCommand({ Resources }));
  t.same(tags(), asg, 'without keys, a delete takes all others');
  const theirs = new DeleteTagsCommand({ Resources, Tags: [{ Key: 'aws:ec2:fleet-id' }] });
  t.match(await errorOf(ec2.send(theirs)), { code: 'InvalidParameterValue', message: /'aws:' are reserved/ });
});

t.test('several resources: all or none', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const first = sim.world.addEni({ subnetId: ids.subnet, tags: { old: '' } });
  const service = sim.world.addEni({ subnetId: ids.subnet, requesterManaged: true });
  for (const [second, code] of [
    ['eni-0000000a', 'InvalidNetworkInterfaceID.NotFound'],
    [service.id, 'AuthFailure'],
  ] as const) {
    const Resources = [first.id, second];
    t.match(await errorOf(ec2.send(new CreateTagsCommand({ Resources, Tags: own }))), { code });
    t.match(await errorOf(ec2.send(new DeleteTagsCommand({ Resources }))), { code });
    t.same(sim.world.store.eni(first.id).tags, { old: '' });
  }
  const twice = new CreateTagsCommand({ Resources: [first.id, first.id], Tags: own });
  await ec2.send(twice);
  t.same(sim.world.store.eni(first.id).tags, { old: '', a: '' });
});
