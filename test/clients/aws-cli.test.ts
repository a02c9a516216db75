import { execa } from 'execa';
import t from 'tap';
import { attachEni } from '../simulator/model/attachments.ts';
import { clientWorld, ids } from './client-world.ts';

/** Debian's `aws`, by its path: another one may come first in PATH. */
async function run(url: string, env: Record<string, string>, args: readonly string[]) {
  return execa('/usr/bin/aws', ['ec2', ...args, '--endpoint-url', url, '--output', 'json'], {
    env: { ...env, AWS_PAGER: '' },
    extendEnv: false,
    reject: false,
  });
}

/** The client's parsed output, or the error that it read in the answer. */
function aws(url: string, env: Record<string, string>) {
  return async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await run(url, env, args);
    if (exitCode === 0) {
      return stdout === '' ? {} : JSON.parse(stdout);
    }
    const [, code, message] =
      /An error occurred \(([^)]+)\) when calling the \w+ operation[^:]*: (.*)/.exec(stderr) ?? [];
    return { code: code ?? 'no answer', message: message ?? stderr };
  };
}

t.test('the aws command walks an ENI through its life', async (t) => {
  const { sim, node, asUser } = await clientWorld(t);
  const ec2 = aws(sim.ec2Url, asUser);
  const created = await ec2(
    'create-network-interface',
    '--subnet-id',
    ids.subnet,
    '--private-ip-address',
    '10.0.4.40',
    '--groups',
    ids.group,
    '--description',
    'by the aws command',
    '--client-token',
    'token-1',
    '--tag-specifications',
    'ResourceType=network-interface,Tags=[{Key=team,Value=core},{Key=node.k8s.amazonaws.com/no_manage,Value=true}]',
  );
  t.match(created, {
    ClientToken: 'token-1',
    NetworkInterface: {
      PrivateIpAddress: '10.0.4.40',
      Groups: [{ GroupId: ids.group, GroupName: 'multus' }],
      Description: 'by the aws command',
      Status: 'pending',
      TagSet: [
        { Key: 'team', Value: 'core' },
        { Key: 'node.k8s.amazonaws.com/no_manage', Value: 'true' },
      ],
    },
  });
  const eni: string = created.NetworkInterface.NetworkInterfaceId;
  const named = ['--network-interface-id', eni];
  const attached = await ec2(
    'attach-network-interface',
    ...named,
    '--instance-id',
    node.instanceId,
    '--device-index',
    '1',
    '--network-card-index',
    '0',
  );
  t.match(attached, { AttachmentId: /^eni-attach-0[0-9a-f]{16}$/, NetworkCardIndex: 0 });
  const attachment: string = attached.AttachmentId;
  t.match(
    await ec2('assign-private-ip-addresses', ...named, '--private-ip-addresses', '10.0.4.50', '10.0.4.51'),
    {
      AssignedPrivateIpAddresses: [{ PrivateIpAddress: '10.0.4.50' }, { PrivateIpAddress: '10.0.4.51' }],
    },
  );
  const prefix = await ec2('assign-private-ip-addresses', ...named, '--ipv4-prefixes', '10.0.4.64/28');
  t.match(prefix, { AssignedIpv4Prefixes: [{ Ipv4Prefix: '10.0.4.64/28' }] });
  await ec2('unassign-private-ip-addresses', ...named, '--private-ip-addresses', '10.0.4.51');
  await ec2('modify-network-interface-attribute', ...named, '--no-source-dest-check');
  const deleteOnTermination = `AttachmentId=${attachment},DeleteOnTermination=true`;
  await ec2('modify-network-interface-attribute', ...named, '--attachment', deleteOnTermination);
  await ec2('create-tags', '--resources', eni, '--tags', 'Key=stage,Value="a=b"');
  await ec2('delete-tags', '--resources', eni, '--tags', 'Key=team');

  const found = await ec2(
    'describe-network-interfaces',
    '--filters',
    `Name=subnet-id,Values=${ids.subnet}`,
    'Name=addresses.private-ip-address,Values=10.0.4.50,10.0.4.99',
  );
  t.match(found.NetworkInterfaces, [
    {
      NetworkInterfaceId: eni,
      Status: 'in-use',
      SourceDestCheck: false,
      Attachment: {
        AttachmentId: attachment,
        InstanceId: node.instanceId,
        DeviceIndex: 1,
        NetworkCardIndex: 0,
        Status: 'attached',
        DeleteOnTermination: true,
      },
      PrivateIpAddresses: [
        { PrivateIpAddress: '10.0.4.40', Primary: true },
        { PrivateIpAddress: '10.0.4.50', Primary: false },
      ],
      Ipv4Prefixes: [{ Ipv4Prefix: '10.0.4.64/28' }],
      TagSet: [
        { Key: 'node.k8s.amazonaws.com/no_manage', Value: 'true' },
        { Key: 'stage', Value: 'a=b' },
      ],
    },
  ]);
  await ec2('detach-network-interface', '--attachment-id', attachment);
  await ec2('delete-network-interface', ...named);
  t.match(await ec2('describe-network-interfaces', '--network-interface-ids', eni), {
    code: 'InvalidNetworkInterfaceID.NotFound',
    message: `The networkInterface ID '${eni}' does not exist`,
  });
});

t.test('the aws command lists, page by page, and reads the surroundings', async (t) => {
  const { sim, node, asUser } = await clientWorld(t);
  const ec2 = aws(sim.ec2Url, asUser);
  for (let n = 0; n < 12; n++) {
    sim.world.addEni({ subnetId: ids.otherSubnet });
  }
  const paged = await ec2(
    'describe-network-interfaces',
    '--page-size',
    '5',
    '--filters',
    `Name=subnet-id,Values=${ids.otherSubnet}`,
  );
  t.equal(paged.NetworkInterfaces.length, 12);
  t.equal(sim.record.calls.length, 3, 'in three pages');
  const reservation = await ec2(
    'create-subnet-cidr-reservation',
    '--subnet-id',
    ids.subnet,
    '--cidr',
    '10.0.4.128/28',
    '--reservation-type',
    'explicit',
  );
  const id = reservation.SubnetCidrReservation.SubnetCidrReservationId;
  t.match(await ec2('get-subnet-cidr-reservations', '--subnet-id', ids.subnet), {
    SubnetIpv4CidrReservations: [
      { SubnetCidrReservationId: id, Cidr: '10.0.4.128/28', ReservationType: 'explicit' },
    ],
  });
  await ec2('delete-subnet-cidr-reservation', '--subnet-cidr-reservation-id', id);
  t.match(await ec2('describe-subnets', '--subnet-ids', ids.otherSubnet), {
    Subnets: [
      { CidrBlock: '10.0.5.0/24', AvailabilityZone: 'us-east-1b', AvailableIpAddressCount: 256 - 5 - 12 },
    ],
  });
  t.match(await ec2('describe-instances', '--instance-ids', node.instanceId), {
    Reservations: [
      {
        Instances: [
          { InstanceId: node.instanceId, State: { Name: 'running' }, NetworkInterfaces: { length: 1 } },
        ],
      },
    ],
  });
  t.match(await ec2('describe-instance-types', '--instance-types', 'm5.large'), {
    InstanceTypes: [{ NetworkInfo: { MaximumNetworkInterfaces: 3, Ipv4AddressesPerInterface: 10 } }],
  });
  t.match(await ec2('describe-security-groups', '--group-ids', ids.group), {
    SecurityGroups: [{ GroupId: ids.group, GroupName: 'multus', VpcId: ids.vpc }],
  });
});

t.test('the aws command speaks IPv6', async (t) => {
  const { sim, asUser } = await clientWorld(t);
  const ec2 = aws(sim.ec2Url, asUser);
  const create = async (subnet: string, ...more: string[]) =>
    (await ec2('create-network-interface', '--subnet-id', subnet, ...more)).NetworkInterface;
  const dual = await create(
    ids.dualStack,
    '--private-ip-address',
    '10.0.6.4',
    '--ipv6-addresses',
    'Ipv6Address=2600:1f18:0:606:0:0:0:4',
    'Ipv6Address=2600:1f18:0:606::5',
  );
  t.match(dual, {
    PrivateIpAddress: '10.0.6.4',
    Ipv6Addresses: [{ Ipv6Address: '2600:1f18:0:606::4' }, { Ipv6Address: '2600:1f18:0:606::5' }],
  });
  const named = ['--network-interface-id', dual.NetworkInterfaceId];
  const prefixed = await create(ids.dualStack, '--ipv6-prefixes', 'Ipv6Prefix=2600:1f18:0:606:1::/80');
  t.match(prefixed.Ipv6Prefixes, [{ Ipv6Prefix: '2600:1f18:0:606:1::/80' }]);
  const counted = await create(ids.dualStack, '--ipv6-prefix-count', '2');
  t.equal(counted.Ipv6Prefixes.length, 2);
  const only = await create(ids.ipv6Only, '--ipv6-address-count', '2');
  t.equal(only.Ipv6Addresses.length, 2);
  t.equal(only.PrivateIpAddress, undefined);
  t.match(await ec2('assign-ipv6-addresses', ...named, '--ipv6-addresses', '2600:1f18:0:606::6'), {
    AssignedIpv6Addresses: ['2600:1f18:0:606::6'],
  });
  const prefix = '2600:1f18:0:606:2::/80';
  t.match(await ec2('assign-ipv6-addresses', ...named, '--ipv6-prefixes', prefix), {
    AssignedIpv6Prefixes: [prefix],
  });
  t.match(await ec2('unassign-ipv6-addresses', ...named, '--ipv6-addresses', '2600:1f18:0:606::5'), {
    UnassignedIpv6Addresses: ['2600:1f18:0:606::5'],
  });
  t.match(await ec2('unassign-ipv6-addresses', ...named, '--ipv6-prefixes', prefix), {
    UnassignedIpv6Prefixes: [prefix],
  });
  const filter = 'Name=ipv6-addresses.ipv6-address,Values=2600:1f18:0:606::6,2600:1f18:0:606::5';
  const found = await ec2('describe-network-interfaces', '--filters', filter);
  t.match(found.NetworkInterfaces, [
    { Ipv6Addresses: [{ Ipv6Address: '2600:1f18:0:606::4' }, { Ipv6Address: '2600:1f18:0:606::6' }] },
  ]);
  const reserve = ['--cidr', '2600:1f18:0:606:8000::/65', '--reservation-type', 'explicit'];
  await ec2('create-subnet-cidr-reservation', '--subnet-id', ids.dualStack, ...reserve);
  t.match(await ec2('get-subnet-cidr-reservations', '--subnet-id', ids.dualStack), {
    SubnetIpv4CidrReservations: { length: 0 },
    SubnetIpv6CidrReservations: [{ Cidr: '2600:1f18:0:606:8000::/65', ReservationType: 'explicit' }],
  });
  const subnets = await ec2('describe-subnets', '--filters', 'Name=ipv6-native,Values=true');
  t.match(subnets.Subnets, [
    {
      SubnetId: ids.ipv6Only,
      Ipv6Native: true,
      Ipv6CidrBlockAssociationSet: [
        { Ipv6CidrBlock: '2600:1f18:0:607::/64', Ipv6CidrBlockState: { State: 'associated' } },
      ],
    },
  ]);
});

t.test('the aws command moves an address, and looks for who has it', async (t) => {
  const { sim, node, asUser } = await clientWorld(t);
  const ec2 = aws(sim.ec2Url, asUser);
  const address = '10.0.6.200';
  const eni = sim.world.addEni({ subnetId: ids.dualStack, address: '10.0.6.4', tags: { multus: 'true' } }).id;
  const other = sim.world.addEni({ subnetId: ids.dualStack, secondary: [address] }).id;
  const request = { eniId: eni, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 };
  attachEni(sim.world, request);
  const named = ['--network-interface-id', eni, '--private-ip-addresses', address];
  t.match(await ec2('assign-private-ip-addresses', ...named, '--no-allow-reassignment'), {
    code: 'InvalidParameterValue',
    message: `[${address}] assigned, but move is not allowed.`,
  });
  t.match(await ec2('unassign-private-ip-addresses', ...named), {
    code: 'InvalidParameterValue',
    message: `Some of the specified addresses are not assigned to interface ${eni}`,
  });
  await ec2('assign-private-ip-addresses', ...named, '--allow-reassignment');
  t.same(sim.world.store.eni(other).addresses.length, 1);
  const { Reservations } = await ec2(
    'describe-instances',
    '--filters',
    `Name=network-interface.subnet-id,Values=${ids.dualStack}`,
    `Name=network-interface.addresses.private-ip-address,Values=${address}`,
    'Name=network-interface.addresses.primary,Values=false',
    `Name=network-interface.network-interface-id,Values=${eni},${other}`,
    'Name=network-interface.tag-key,Values=mul*',
  );
  t.equal(Reservations[0].Instances[0].InstanceId, node.instanceId);
  const found = Reservations[0].Instances[0].NetworkInterfaces.find(
    (each: { NetworkInterfaceId: string }) => each.NetworkInterfaceId === eni,
  );
  t.match(found.PrivateIpAddresses, [
    { PrivateIpAddress: '10.0.6.4', Primary: true },
    { PrivateIpAddress: address, Primary: false },
  ]);
});

t.test('the aws command reads errors', async (t) => {
  const { sim, node, asUser } = await clientWorld(t);
  const ec2 = aws(sim.ec2Url, asUser);
  const create = (...more: string[]) => ec2('create-network-interface', '--subnet-id', ids.subnet, ...more);
  sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.9' });
  t.match(await create('--private-ip-address', '10.0.4.9'), {
    code: 'InvalidIPAddress.InUse',
    message: 'The specified address is already in use.',
  });
  t.match(await create('--private-ip-address', '10.0.4.2'), {
    code: 'InvalidParameterValue',
    message: "Address is in subnet's reserved address range",
  });
  t.match(await create('--groups', 'sg-0000000a'), {
    code: 'InvalidGroup.NotFound',
    message: "The security group 'sg-0000000a' does not exist",
  });
  t.match(await create('--dry-run'), { code: 'DryRunOperation' });
  t.match(await ec2('delete-network-interface', '--network-interface-id', node.primaryEni.id), {
    code: 'InvalidParameterValue',
    message: `Network interface '${node.primaryEni.id}' is currently in use.`,
  });
  t.match(await ec2('describe-subnets', '--subnet-ids', 'subnet-0000000a'), {
    code: 'InvalidSubnetID.NotFound',
  });
  sim.permissions.deny('DescribeVpcs');
  t.match(await ec2('describe-vpcs'), {
    code: 'UnauthorizedOperation',
    message: /user\/tester is not authorized/,
  });
  const strangers = aws(sim.ec2Url, { ...asUser, AWS_ACCESS_KEY_ID: 'AKIANOBODY' });
  t.match(await strangers('describe-subnets'), { code: 'AuthFailure' });
});

t.test('the aws command takes its credentials from IMDS', async (t) => {
  const { sim, node, asInstance } = await clientWorld(t);
  const ec2 = aws(sim.ec2Url, asInstance);
  const vpcs = await ec2('describe-vpcs');
  t.match(vpcs, { Vpcs: [{ VpcId: ids.vpc }] }, vpcs.message);
  t.equal(sim.record.calls[0]?.instanceId, node.instanceId);
});
