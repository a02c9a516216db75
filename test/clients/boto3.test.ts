import { execa } from 'execa';
import t from 'tap';
import { clientWorld, ids } from './client-world.ts';

/** A boto3 that makes the calls it is told, on Debian's own Python: another one may come first in PATH. */
function boto3(test: Pick<typeof t, 'teardown'>, env: Record<string, string>) {
  const script = new URL('boto3_calls.py', import.meta.url).pathname;
  const python = execa('/usr/bin/python3', [script], { env, extendEnv: false, stderr: 'inherit' });
  test.teardown(async () => {
    python.stdin.end();
    await python;
  });
  const answers = python.iterable();
  return async (method: string, args: object = {}) => {
    python.stdin.write(`${JSON.stringify([method, args])}\n`);
    const { value, done } = await answers.next();
    if (done || typeof value !== 'string') {
      throw new Error('boto3 has ended');
    }
    return JSON.parse(value);
  };
}

t.test('boto3 walks an ENI through its life', async (t) => {
  const { sim, node, asUser } = await clientWorld(t);
  const ec2 = boto3(t, asUser);
  const request = {
    SubnetId: ids.subnet,
    PrivateIpAddress: '10.0.4.40',
    Groups: [ids.group],
    Description: 'ö <&> "x"',
    ClientToken: 'token-1',
    TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'team', Value: 'core' }] }],
  };
  const created = await ec2('create_network_interface', request);
  t.match(created, {
    NetworkInterface: {
      PrivateIpAddress: '10.0.4.40',
      Description: 'ö <&> "x"',
      TagSet: [{ Key: 'team', Value: 'core' }],
    },
    ClientToken: 'token-1',
  });
  const NetworkInterfaceId: string = created.NetworkInterface.NetworkInterfaceId;
  const again = await ec2('create_network_interface', request);
  t.equal(again.NetworkInterface.NetworkInterfaceId, NetworkInterfaceId, 'the token makes it once');
  t.match(await ec2('create_network_interface', { ...request, Description: 'x' }), {
    code: 'IdempotentParameterMismatch',
    status: 400,
  });
  const attach = { NetworkInterfaceId, InstanceId: node.instanceId, DeviceIndex: 1, NetworkCardIndex: 0 };
  const { AttachmentId } = await ec2('attach_network_interface', attach);
  t.match(await ec2('attach_network_interface', attach), {
    code: 'InvalidNetworkInterface.InUse',
    message: `Interface: [${NetworkInterfaceId}] in use.`,
  });
  t.match(
    await ec2('assign_private_ip_addresses', { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 2 }),
    {
      AssignedPrivateIpAddresses: { length: 2 },
    },
  );
  t.match(
    await ec2('assign_private_ip_addresses', { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 8 }),
    {
      code: 'PrivateIpAddressLimitExceeded',
    },
  );
  const other = sim.world.addEni({ subnetId: ids.subnet, secondary: ['10.0.4.200'] });
  const move = { NetworkInterfaceId, PrivateIpAddresses: ['10.0.4.200'] };
  t.match(await ec2('assign_private_ip_addresses', move), {
    code: 'InvalidParameterValue',
    message: '[10.0.4.200] assigned, but move is not allowed.',
  });
  await ec2('assign_private_ip_addresses', { ...move, AllowReassignment: true });
  t.same(sim.world.store.eni(other.id).addresses.length, 1, 'moved away');
  await ec2('unassign_private_ip_addresses', move);
  await ec2('modify_network_interface_attribute', { NetworkInterfaceId, SourceDestCheck: { Value: false } });
  await ec2('modify_network_interface_attribute', {
    NetworkInterfaceId,
    Attachment: { AttachmentId, DeleteOnTermination: true },
  });
  await ec2('create_tags', { Resources: [NetworkInterfaceId], Tags: [{ Key: 'stage', Value: '' }] });
  const found = await ec2('describe_network_interfaces', {
    Filters: [{ Name: 'tag:stage', Values: ['*'] }],
  });
  t.match(found.NetworkInterfaces, [
    {
      NetworkInterfaceId,
      SourceDestCheck: false,
      Attachment: { AttachmentId, Status: 'attached', DeleteOnTermination: true },
      PrivateIpAddresses: { length: 3 },
      TagSet: [
        { Key: 'team', Value: 'core' },
        { Key: 'stage', Value: '' },
      ],
    },
  ]);
  await ec2('detach_network_interface', { AttachmentId });
  await ec2('delete_network_interface', { NetworkInterfaceId });
  t.match(await ec2('delete_network_interface', { NetworkInterfaceId }), {
    code: 'InvalidNetworkInterfaceID.NotFound',
    message: `The networkInterface ID '${NetworkInterfaceId}' does not exist`,
  });
});

t.test('boto3 lists page by page, and reads errors', async (t) => {
  const { sim, asUser } = await clientWorld(t);
  const ec2 = boto3(t, asUser);
  for (let n = 0; n < 12; n++) {
    sim.world.addEni({ subnetId: ids.otherSubnet });
  }
  const Filters = [{ Name: 'subnet-id', Values: [ids.otherSubnet] }];
  const pages = await ec2('describe_network_interfaces*', { Filters, PaginationConfig: { PageSize: 5 } });
  t.same(
    pages.map((page: { NetworkInterfaces: unknown[] }) => page.NetworkInterfaces.length),
    [5, 5, 2],
  );
  await ec2('create_subnet_cidr_reservation', {
    SubnetId: ids.subnet,
    Cidr: '10.0.4.64/27',
    ReservationType: 'prefix',
  });
  const delegated = await ec2('create_network_interface', { SubnetId: ids.subnet, Ipv4PrefixCount: 1 });
  t.match(delegated.NetworkInterface.Ipv4Prefixes, [{ Ipv4Prefix: /^10\.0\.4\.(64|80)\/28$/ }]);
  t.match(await ec2('describe_network_interfaces', { Filters: [{ Name: 'subnet', Values: ['x'] }] }), {
    code: 'InvalidParameterValue',
    message: "The filter 'subnet' is invalid",
    status: 400,
  });
  sim.permissions.deny('CreateNetworkInterface');
  t.match(await ec2('create_network_interface', { SubnetId: ids.subnet }), {
    code: 'UnauthorizedOperation',
    status: 403,
  });
  sim.permissions.allow('CreateNetworkInterface');
  const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  sim.faults.add({ action: 'CreateNetworkInterface', kind: { error: throttled } });
  t.match(await ec2('create_network_interface', { SubnetId: ids.subnet }), throttled);
});

t.test('boto3 speaks IPv6', async (t) => {
  const { asUser } = await clientWorld(t);
  const ec2 = boto3(t, asUser);
  const create = async (SubnetId: string, input: object = {}) =>
    (await ec2('create_network_interface', { SubnetId, ...input })).NetworkInterface;
  const Ipv6Addresses = [{ Ipv6Address: '2600:1f18:0:606::4' }];
  const { NetworkInterfaceId } = await create(ids.dualStack, { PrivateIpAddress: '10.0.6.4', Ipv6Addresses });
  t.match(await ec2('create_network_interface', { SubnetId: ids.dualStack, Ipv6Addresses }), {
    code: 'InvalidIPAddress.InUse',
    status: 400,
  });
  t.match(await create(ids.ipv6Only), { Ipv6Addresses: { length: 1 }, PrivateIpAddresses: { length: 0 } });
  t.match(await create(ids.dualStack, { Ipv6Prefixes: [{ Ipv6Prefix: '2600:1f18:0:606:1::/80' }] }), {
    Ipv6Prefixes: [{ Ipv6Prefix: '2600:1f18:0:606:1::/80' }],
  });
  const Filters = [{ Name: 'ipv6-addresses.ipv6-address', Values: ['2600:1f18:0:606::4'] }];
  const found = await ec2('describe_network_interfaces', { Filters });
  t.match(found.NetworkInterfaces, [{ NetworkInterfaceId, Ipv6Addresses }]);
  const assigned = await ec2('assign_ipv6_addresses', { NetworkInterfaceId, Ipv6AddressCount: 2 });
  t.equal(assigned.AssignedIpv6Addresses.length, 2);
  const gone = { NetworkInterfaceId, Ipv6Addresses: assigned.AssignedIpv6Addresses };
  t.match(await ec2('unassign_ipv6_addresses', gone), { UnassignedIpv6Addresses: { length: 2 } });
  t.match(await ec2('assign_ipv6_addresses', { NetworkInterfaceId, Ipv6PrefixCount: 1 }), {
    AssignedIpv6Prefixes: [/^2600:1f18:0:606:[0-9a-f]+::\/80$/],
  });
  await ec2('create_subnet_cidr_reservation', {
    SubnetId: ids.dualStack,
    Cidr: '2600:1f18:0:606:8000::/65',
    ReservationType: 'prefix',
  });
  t.match(await ec2('get_subnet_cidr_reservations', { SubnetId: ids.dualStack }), {
    SubnetIpv6CidrReservations: [{ Cidr: '2600:1f18:0:606:8000::/65', ReservationType: 'prefix' }],
  });
  t.match(await ec2('describe_vpcs'), {
    Vpcs: [{ Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2600:1f18:0:600::/56' }] }],
  });
});

t.test('boto3 moves addresses, and looks for who has them', async (t) => {
  const { sim, node, asUser } = await clientWorld(t);
  const ec2 = boto3(t, asUser);
  const [ipv4, ipv6] = ['10.0.6.200', '2600:1f18:0:606::200'];
  const NetworkInterfaceId = sim.world.addEni({ subnetId: ids.dualStack }).id;
  const other = sim.world.addEni({ subnetId: ids.dualStack, secondary: [ipv4], ipv6Addresses: [ipv6] }).id;
  await ec2('attach_network_interface', {
    NetworkInterfaceId,
    InstanceId: node.instanceId,
    DeviceIndex: 1,
    NetworkCardIndex: 0,
  });
  const found = async (Name: string, value: string) => {
    const { Reservations } = await ec2('describe_instances', { Filters: [{ Name, Values: [value] }] });
    return Reservations.length;
  };
  for (const [version, names, filter] of [
    ['private_ip', { PrivateIpAddresses: [ipv4] }, 'addresses.private-ip-address'],
    ['ipv6', { Ipv6Addresses: [ipv6] }, 'ipv6-addresses.ipv6-address'],
  ] as const) {
    const [value = ''] = Object.values(names).flat();
    t.equal(await found(`network-interface.${filter}`, value), 0);
    const assign = () => ec2(`assign_${version}_addresses`, { NetworkInterfaceId, ...names });
    t.match(await assign(), { code: /^Invalid/, status: 400 });
    t.match(await ec2(`unassign_${version}_addresses`, { NetworkInterfaceId, ...names }), {
      code: 'InvalidParameterValue',
      message: `Some of the specified addresses are not assigned to interface ${NetworkInterfaceId}`,
    });
    await ec2(`unassign_${version}_addresses`, { NetworkInterfaceId: other, ...names });
    t.match(await assign(), { NetworkInterfaceId });
    t.equal(await found(`network-interface.${filter}`, value), 1, value);
  }
  t.match(
    await ec2('describe_instances', { Filters: [{ Name: 'network-interface.address', Values: ['x'] }] }),
    {
      code: 'InvalidParameterValue',
    },
  );
});

t.test("boto3's instance-profile provider takes credentials from IMDS", async (t) => {
  const { sim, node, asInstance } = await clientWorld(t);
  const ec2 = boto3(t, asInstance);
  t.match(await ec2('describe_vpcs'), { Vpcs: [{ VpcId: ids.vpc }] });
  t.equal(sim.record.calls[0]?.instanceId, node.instanceId);
  sim.permissions.deny('DescribeVpcs');
  t.match(await ec2('describe_vpcs'), {
    code: 'UnauthorizedOperation',
    message: `User: arn:aws:sts::123456789012:assumed-role/worker/${node.instanceId} is not authorized`,
  });
});
