import {
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateSubnetCidrReservationCommand,
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DetachNetworkInterfaceCommand,
  GetSubnetCidrReservationsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('the life of an ENI', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, attachMs: 1000, detachMs: 500 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const created = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: ids.subnet,
      PrivateIpAddress: '10.0.4.4',
      Groups: [ids.group],
      Description: 'of <eth1> & "co"',
      TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'team', Value: 'a=b' }] }],
    }),
  );
  const eni = created.NetworkInterface;
  t.match(eni, {
    Status: 'pending',
    SubnetId: ids.subnet,
    VpcId: ids.vpc,
    AvailabilityZone: 'us-east-1a',
    PrivateIpAddress: '10.0.4.4',
    PrivateIpAddresses: [{ PrivateIpAddress: '10.0.4.4', Primary: true }],
    Groups: [{ GroupId: ids.group }],
    Description: 'of <eth1> & "co"',
    SourceDestCheck: true,
    TagSet: [{ Key: 'team', Value: 'a=b' }],
    MacAddress: /^0a(:[0-9a-f]{2}){5}$/,
  });
  t.ok(created.ClientToken, "the SDK's own client token comes back");
  const NetworkInterfaceId = eni?.NetworkInterfaceId ?? '';
  const look = async () => {
    const found = await ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [NetworkInterfaceId] }),
    );
    return found.NetworkInterfaces?.[0];
  };
  t.match(await look(), { Status: 'available', Attachment: undefined });

  const { AttachmentId, NetworkCardIndex } = await ec2.send(
    new AttachNetworkInterfaceCommand({
      NetworkInterfaceId,
      InstanceId: node.instanceId,
      DeviceIndex: 2,
      NetworkCardIndex: 0,
    }),
  );
  t.equal(NetworkCardIndex, 0);
  const attachment = {
    AttachmentId,
    DeviceIndex: 2,
    InstanceId: node.instanceId,
    DeleteOnTermination: false,
  };
  t.match(await look(), { Status: 'in-use', Attachment: { ...attachment, Status: 'attaching' } });
  clock.advance(1000);
  t.match(await look(), { Status: 'in-use', Attachment: { ...attachment, Status: 'attached' } });

  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, SourceDestCheck: { Value: false } }),
  );
  await ec2.send(
    new ModifyNetworkInterfaceAttributeCommand({
      NetworkInterfaceId,
      Attachment: { AttachmentId, DeleteOnTermination: true },
    }),
  );
  t.match(await look(), { SourceDestCheck: false, Attachment: { DeleteOnTermination: true } });
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [node.instanceId] }));
  const interfaces = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces ?? [];
  t.same(interfaces.map((each) => each.Attachment?.DeviceIndex).sort(), [0, 2], 'the instance has both');

  await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
  t.match(await look(), { Status: 'in-use', Attachment: { Status: 'detaching' } });
  t.match(
    await errorOf(ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))),
    { code: 'InvalidParameterValue', message: /currently in use/ },
    'too early to delete',
  );
  clock.advance(500);
  t.match(await look(), { Status: 'available', Attachment: undefined });
  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
  t.match(await errorOf(look()), { code: 'InvalidNetworkInterfaceID.NotFound' });
});

t.test('an ENI is pending at first', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, createMs: 1000 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const create = async (ClientToken: string) => {
    const { NetworkInterface } = await ec2.send(
      new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet, ClientToken }),
    );
    return NetworkInterface;
  };
  const list = async (status: string) => {
    const Filters = [{ Name: 'status', Values: [status] }];
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    return NetworkInterfaces?.map((eni) => [eni.NetworkInterfaceId, eni.Status]);
  };
  const eni = await create('one');
  const NetworkInterfaceId = eni?.NetworkInterfaceId ?? '';
  t.same(await list('pending'), [[NetworkInterfaceId, 'pending']]);
  t.same(await list('available'), []);
  t.equal((await create('one'))?.Status, 'pending');
  clock.advance(1000);
  t.same(await list('available'), [[NetworkInterfaceId, 'available']]);
  t.equal((await create('one'))?.Status, 'available', 'a repeated create tells how it is by now');
  t.equal(sim.world.addEni({ subnetId: ids.subnet }).pending, false, 'what was there before is not');

  const early = (await create('two'))?.NetworkInterfaceId ?? '';
  const { AttachmentId } = await ec2.send(
    new AttachNetworkInterfaceCommand({
      NetworkInterfaceId: early,
      InstanceId: node.instanceId,
      DeviceIndex: 1,
      NetworkCardIndex: 0,
    }),
  );
  clock.advance(1000);
  sim.world.settle();
  t.match(sim.world.store.eni(early), { pending: false, attachment: { id: AttachmentId } });
  const third = (await create('three'))?.NetworkInterfaceId;
  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: third }));
  clock.advance(1000);
  t.same(await list('pending'), []);
});

t.test('DeleteOnTermination is honoured', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const kept = sim.world.addEni({ subnetId: ids.subnet });
  await ec2.send(
    new AttachNetworkInterfaceCommand({
      NetworkInterfaceId: kept.id,
      InstanceId: node.instanceId,
      DeviceIndex: 1,
      NetworkCardIndex: 0,
    }),
  );
  sim.world.terminate(node.instanceId);
  t.same(
    sim.world.enis.map((eni) => [eni.id, eni.attachment]),
    [[kept.id, undefined]],
  );
});

t.test('addresses are assigned, moved and unassigned', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const a = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.20' });
  const b = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.30' });
  const assign = (NetworkInterfaceId: string, input: object) =>
    ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, ...input }));
  t.match(await assign(a.id, { PrivateIpAddresses: ['10.0.4.200'] }), {
    AssignedPrivateIpAddresses: [{ PrivateIpAddress: '10.0.4.200' }],
  });
  await assign(b.id, { PrivateIpAddresses: ['10.0.4.200'], AllowReassignment: true });
  t.same(sim.world.store.eni(a.id).addresses, ['10.0.4.20']);
  t.same(sim.world.store.eni(b.id).addresses, ['10.0.4.30', '10.0.4.200']);
  const { AssignedIpv4Prefixes } = await assign(b.id, { Ipv4PrefixCount: 1 });
  const prefix = AssignedIpv4Prefixes?.[0]?.Ipv4Prefix ?? '';
  t.match(prefix, /^10\.0\.4\.\d+\/28$/);
  await ec2.send(
    new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: b.id, PrivateIpAddresses: ['10.0.4.200'] }),
  );
  await ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: b.id, Ipv4Prefixes: [prefix] }));
  t.match(sim.world.store.eni(b.id), { addresses: ['10.0.4.30'], prefixes: [] });
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [ids.subnet] }));
  t.equal(Subnets?.[0]?.AvailableIpAddressCount, 256 - 5 - 2, 'and all is free again');
});

t.test('an explicit reservation: EC2 keeps out of it, a client need not', async (t) => {
  const { ec2 } = await smallWorld(t);
  await ec2.send(
    new CreateSubnetCidrReservationCommand({
      SubnetId: ids.smallSubnet,
      Cidr: '10.0.5.8/29',
      ReservationType: 'explicit',
    }),
  );
  const { SubnetIpv4CidrReservations } = await ec2.send(
    new GetSubnetCidrReservationsCommand({ SubnetId: ids.smallSubnet }),
  );
  t.match(SubnetIpv4CidrReservations, [{ Cidr: '10.0.5.8/29', ReservationType: 'explicit' }]);
  const create = async (input: object) => {
    const made = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.smallSubnet, ...input }));
    return made.NetworkInterface?.PrivateIpAddress;
  };
  const automatic = [await create({}), await create({}), await create({}), await create({})];
  t.same(automatic.sort(), ['10.0.5.4', '10.0.5.5', '10.0.5.6', '10.0.5.7']);
  t.match(await errorOf(create({})), { code: 'InsufficientFreeAddressesInSubnet' });
  t.equal(await create({ PrivateIpAddress: '10.0.5.9' }), '10.0.5.9');
});

t.test("EC2's choice of the primary leaves the addresses alone that the request names", async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const create = async (input: object) => {
    const made = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.smallSubnet, ...input }));
    return sim.world.store.eni(made.NetworkInterface?.NetworkInterfaceId ?? '').addresses;
  };
  for (let last = 5; last < 14; last++) {
    sim.world.addEni({ subnetId: ids.smallSubnet, address: `10.0.5.${last}` });
  }
  const PrivateIpAddresses = [{ PrivateIpAddress: '10.0.5.4' }];
  t.same(await create({ PrivateIpAddresses }), ['10.0.5.14', '10.0.5.4']);
  const { id } = sim.world.addSubnet({ vpcId: ids.vpc, cidr: '10.0.6.0/26', zone: 'us-east-1a' });
  for (let last = 5; last < 16; last++) {
    sim.world.addEni({ subnetId: id, address: `10.0.6.${last}` });
  }
  for (let last = 48; last < 63; last++) {
    sim.world.addEni({ subnetId: id, address: `10.0.6.${last}` });
  }
  const Ipv4Prefixes = [{ Ipv4Prefix: '10.0.6.16/28' }, { Ipv4Prefix: '10.0.6.32/28' }];
  t.same(await create({ SubnetId: id, Ipv4Prefixes }), ['10.0.6.4']);
});

t.test('both readings of what AWS does not document', async (t) => {
  const { sim, ec2 } = await smallWorld(t, {
    quirks: {
      addressInPrefixReservation: 'allowed',
      missingNetworkCard: 'cardZero',
      assignOwnAddress: 'refused',
      attachAcrossZones: { code: 'InvalidZone', message: 'no' },
    },
  });
  sim.world.addReservation({ subnetId: ids.subnet, cidr: '10.0.4.64/28', type: 'prefix' });
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet, PrivateIpAddress: '10.0.4.64' }),
  );
  t.equal(NetworkInterface?.PrivateIpAddress, '10.0.4.64', 'an address of a prefix reservation');
  const node = await sim.launch({ type: 'p4d.24xlarge', subnetId: ids.subnet });
  const attach = (NetworkInterfaceId: string, card: object = {}) =>
    ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId,
        InstanceId: node.instanceId,
        DeviceIndex: 1,
        ...card,
      }),
    );
  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, { NetworkCardIndex: 1 });
  t.equal(
    (await attach(NetworkInterface?.NetworkInterfaceId ?? '')).NetworkCardIndex,
    0,
    'no network card given',
  );
  const elsewhere = sim.world.addEni({ subnetId: ids.smallSubnet });
  t.match(await errorOf(attach(elsewhere.id)), { code: 'InvalidZone', message: 'no' });
  const eni = sim.world.addEni({ subnetId: ids.subnet, secondary: ['10.0.4.90'] });
  const again = new AssignPrivateIpAddressesCommand({
    NetworkInterfaceId: eni.id,
    PrivateIpAddresses: ['10.0.4.90'],
  });
  t.match(await errorOf(ec2.send(again)), { message: '[10.0.4.90] assigned, but move is not allowed.' });
});

t.test('an instance is pending, running, stopped, running', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await smallWorld(t, { clock, pendingMs: 3000 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, state: 'pending' });
  const look = async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [node.instanceId] }));
    return Reservations?.[0]?.Instances?.[0]?.State?.Name;
  };
  t.equal(await look(), 'pending');
  clock.advance(3000);
  t.equal(await look(), 'running');
  sim.world.stop(node.instanceId);
  t.equal(await look(), 'stopped');
  const eni = sim.world.addEni({ subnetId: ids.subnet });
  const attach = {
    NetworkInterfaceId: eni.id,
    InstanceId: node.instanceId,
    DeviceIndex: 1,
    NetworkCardIndex: 0,
  };
  t.ok(await ec2.send(new AttachNetworkInterfaceCommand(attach)), 'a stopped instance can be given an ENI');
  sim.world.start(node.instanceId);
  t.equal(await look(), 'running');
});
