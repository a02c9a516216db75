import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { attachEni, detachEni } from './model/attachments.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('what is created, changed or deleted is seen after the lag, and not before', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, consistencyMs: 5000 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet, PrivateIpAddress: '10.0.4.4' }),
  );
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? '';
  const attach = () =>
    ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId,
        InstanceId: node.instanceId,
        DeviceIndex: 1,
        NetworkCardIndex: 0,
      }),
    );
  const listed = async () => {
    const { NetworkInterfaces } = await ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [{ Name: 'addresses.private-ip-address', Values: ['10.0.4.4'] }],
      }),
    );
    return NetworkInterfaces ?? [];
  };
  clock.advance(4999);
  t.same(await listed(), []);
  t.match(await errorOf(attach()), {
    code: 'InvalidNetworkInterfaceID.NotFound',
    message: `The networkInterface ID '${NetworkInterfaceId}' does not exist`,
  });
  const sameAddress = new CreateNetworkInterfaceCommand({
    SubnetId: ids.subnet,
    PrivateIpAddress: '10.0.4.4',
  });
  t.match(
    await errorOf(ec2.send(sameAddress)),
    { code: 'InvalidIPAddress.InUse' },
    'the address is taken at once',
  );
  clock.advance(1);
  t.match(await listed(), [{ Status: 'available' }]);

  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck: { Value: false } }),
  );
  t.match(await listed(), [{ SourceDestCheck: true }]);
  clock.advance(5000);
  t.match(await listed(), [{ SourceDestCheck: false }]);

  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  t.match(await listed(), [{ NetworkInterfaceId }]);
  t.match(await errorOf(attach()), { code: 'InvalidNetworkInterfaceID.NotFound' }, 'shown, and yet gone');
  clock.advance(5000);
  t.same(await listed(), []);
});

t.test("an instance's listing is late in attaching and in detaching", async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, consistencyMs: 5000 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const eni = sim.world.addEni({ subnetId: ids.subnet });
  const listed = async () => {
    const Filters = [{ Name: 'network-interface.network-interface-id', Values: [eni.id] }];
    const all = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [node.instanceId] }));
    const interfaces = all.Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    t.equal(Reservations?.length === 1, interfaces.length === 2, 'the filter sees what the listing shows');
    return interfaces.map((each) => each.Attachment?.DeviceIndex).sort();
  };
  clock.advance(5000);
  const request = { eniId: eni.id, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 };
  const { id } = attachEni(sim.world, request);
  clock.advance(4999);
  t.same(await listed(), [0]);
  clock.advance(1);
  t.same(await listed(), [0, 1]);
  detachEni(sim.world, id);
  clock.advance(4999);
  t.same(await listed(), [0, 1]);
  clock.advance(1);
  t.same(await listed(), [0]);
});

t.test('an instance is not shown at once', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, consistencyMs: 5000 });
  const { instanceId } = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const byId = () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const all = async () => (await ec2.send(new DescribeInstancesCommand({}))).Reservations?.length;
  clock.advance(4999);
  t.match(await errorOf(byId()), { code: 'InvalidInstanceID.NotFound' });
  t.equal(await all(), 0);
  clock.advance(1);
  t.equal((await byId()).Reservations?.length, 1);
  t.equal(await all(), 1);
});

t.test('what was there before the test is seen at once', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { clock: new VirtualClock(), consistencyMs: 5000 });
  sim.world.addEni({ subnetId: ids.subnet });
  const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}));
  t.equal(NetworkInterfaces?.length, 1);
});
