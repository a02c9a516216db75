import {
  AttachNetworkInterfaceCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { attachEni } from './model/attachments.ts';
import { modifyEni } from './model/enis.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('a terminated instance is shown for a while, then it is gone', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, terminatedMs: 600_000 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, tags: { Name: 'w1' } });
  const other = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const byId = async (...InstanceIds: string[]) => states({ InstanceIds });
  const byFilter = async (...Values: string[]) => states({ Filters: [{ Name: 'instance-id', Values }] });
  async function states(input: object) {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand(input));
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    return Object.fromEntries(instances.map((each) => [each.InstanceId, each.State?.Name]));
  }
  const both = [node.instanceId, other.instanceId];
  t.same(await byId(...both), { [node.instanceId]: 'running', [other.instanceId]: 'running' });
  sim.world.terminate(node.instanceId);
  clock.advance(599_999);
  t.same(await byFilter(...both), { [node.instanceId]: 'terminated', [other.instanceId]: 'running' });
  t.same(await byId(node.instanceId), { [node.instanceId]: 'terminated' });
  sim.world.terminate(node.instanceId);
  clock.advance(1);
  t.same(await byFilter(...both, 'i-0000000a'), { [other.instanceId]: 'running' }, 'left out');
  t.match(await errorOf(byId(...both)), {
    code: 'InvalidInstanceID.NotFound',
    message: `The instance ID '${node.instanceId}' does not exist`,
  });
  t.match(await errorOf(byId('node-1')), { code: 'InvalidInstanceID.Malformed' });
  const Resources = [node.instanceId];
  const tag = new CreateTagsCommand({ Resources, Tags: [{ Key: 'a', Value: '' }] });
  t.match(await errorOf(ec2.send(tag)), { code: 'InvalidInstanceID.NotFound' });
  await t.rejects(fetch(`${node.imdsUrl}/latest/meta-data/`));
});

t.test('what an instance leaves behind', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { clock: new VirtualClock(), terminatedMs: 0 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const [kept, gone] = [1, 2].map((deviceIndex) => {
    const { id: eniId } = sim.world.addEni({ subnetId: ids.subnet, tags: { n: String(deviceIndex) } });
    const request = { eniId, instanceId: node.instanceId, deviceIndex, networkCard: 0 };
    const { id: attachmentId } = attachEni(sim.world, request);
    modifyEni(sim.world, eniId, { attachmentId, deleteOnTermination: deviceIndex === 2 });
    return eniId;
  });
  sim.world.terminate(node.instanceId);
  const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
  t.match(NetworkInterfaces, [
    {
      NetworkInterfaceId: kept,
      Status: 'available',
      Attachment: undefined,
      TagSet: [{ Key: 'n', Value: '1' }],
    },
  ]);
  t.equal(sim.world.store.findEni(gone ?? ''), undefined);
  t.equal(sim.world.instances.size, 0);
  const attach = new AttachNetworkInterfaceCommand({
    NetworkInterfaceId: kept,
    InstanceId: node.instanceId,
    DeviceIndex: 1,
  });
  t.match(await errorOf(ec2.send(attach)), { code: 'InvalidInstanceID.NotFound' });
});

t.test('the tags of an instance whose IMDS shows them', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const shown = await sim.launch({
    type: 'm5.large',
    subnetId: ids.subnet,
    metadataTags: true,
    tags: { Name: 'w1', 'aws:autoscaling:groupName': 'workers' },
  });
  const hidden = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const tag = (instanceId: string, Key: string) =>
    ec2.send(new CreateTagsCommand({ Resources: [instanceId], Tags: [{ Key, Value: 'true' }] }));
  const tags = () => sim.world.instance(shown.instanceId).tags;
  for (const key of ['multus.example.com/attached', 'two words', 'ö', '..', '_index']) {
    t.match(await errorOf(tag(shown.instanceId, key)), {
      code: 'InvalidParameterValue',
      message: `'${key}' is not a valid tag key. Tag keys must match pattern`,
    });
    await tag(hidden.instanceId, key);
  }
  await tag(shown.instanceId, 'multus-network-attached');
  t.match(tags(), { 'multus-network-attached': 'true', Name: 'w1' });
  const tagged = async (Name: string, ...Values: string[]) => {
    const found = await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name, Values }] }));
    return found.Reservations?.flatMap(({ Instances = [] }) => Instances.map((each) => each.InstanceId));
  };
  t.same(await tagged('tag:multus-network-attached', 'true'), [shown.instanceId]);
  t.same(await tagged('tag-key', 'two*'), [hidden.instanceId]);
  const remove = (Tags: { Key: string; Value?: string }[]) =>
    ec2.send(new DeleteTagsCommand({ Resources: [shown.instanceId], Tags }));
  await remove([
    { Key: 'multus-network-attached', Value: 'false' },
    { Key: 'Name', Value: '' },
  ]);
  t.match(tags(), { 'multus-network-attached': 'true', Name: 'w1' }, 'other values stay');
  await remove([{ Key: 'multus-network-attached', Value: 'true' }, { Key: 'Name' }]);
  t.same(tags(), { 'aws:autoscaling:groupName': 'workers' });
  const unfit = { type: 'm5.large', subnetId: ids.subnet, metadataTags: true, tags: { 'a/b': '' } };
  await t.rejects(sim.launch(unfit), { message: /'a\/b' is not a valid tag key/ });
});
