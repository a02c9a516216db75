import {
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  type CreateNetworkInterfaceCommandInput,
  DeleteNetworkInterfaceCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';

const missingEni = 'eni-00000000000000000';
const manyTags = Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' }));

t.test('CreateNetworkInterface refuses', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.9', prefixes: ['10.0.4.32/28'] });
  sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.10', hidden: true });
  sim.world.addReservation({ subnetId: ids.subnet, cidr: '10.0.4.64/28', type: 'prefix' });
  const inUse = { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' };
  const reserved = {
    code: 'InvalidParameterValue',
    message: "Address is in subnet's reserved address range",
  };
  const cases: [
    string,
    Partial<CreateNetworkInterfaceCommandInput>,
    { code: string; message: string | RegExp },
  ][] = [
    ['an address that is taken', { PrivateIpAddress: '10.0.4.9' }, inUse],
    ["a hidden neighbour's address", { PrivateIpAddress: '10.0.4.10' }, inUse],
    ['the first address of a delegated prefix', { PrivateIpAddress: '10.0.4.32' }, inUse],
    ['the last address of a delegated prefix', { PrivateIpAddress: '10.0.4.47' }, inUse],
    ['the network address', { PrivateIpAddress: '10.0.4.0' }, reserved],
    ['the fourth address', { PrivateIpAddress: '10.0.4.3' }, reserved],
    ['the last address', { PrivateIpAddress: '10.0.4.255' }, reserved],
    [
      'an address of another subnet',
      { PrivateIpAddress: '10.0.5.9' },
      { code: 'InvalidParameterValue', message: "Address does not fall within the subnet's address range" },
    ],
    [
      'what is no address',
      { PrivateIpAddress: '10.0.4.300' },
      { code: 'InvalidParameterValue', message: 'invalid value for parameter address: 10.0.4.300' },
    ],
    [
      'an address reserved for prefixes',
      { PrivateIpAddress: '10.0.4.64' },
      { code: 'InvalidParameterValue', message: /reservation for prefixes/ },
    ],
    [
      'an unknown subnet',
      { SubnetId: 'subnet-0000000a' },
      { code: 'InvalidSubnetID.NotFound', message: "The subnet ID 'subnet-0000000a' does not exist" },
    ],
    [
      'what is no subnet id',
      { SubnetId: 'my-subnet' },
      { code: 'InvalidSubnetID.Malformed', message: 'Invalid id: "my-subnet" (expecting "subnet-...")' },
    ],
    [
      'an unknown group',
      { Groups: ['sg-0000000a'] },
      { code: 'InvalidGroup.NotFound', message: "The security group 'sg-0000000a' does not exist" },
    ],
    [
      'what is no group id',
      { Groups: ['default'] },
      { code: 'InvalidGroupId.Malformed', message: 'Invalid id: "default" (expecting "sg-...")' },
    ],
    [
      'a group of another VPC',
      { Groups: [ids.foreignGroup] },
      { code: 'InvalidParameterValue', message: /networks/ },
    ],
    [
      'more than five groups',
      { Groups: Array<string>(6).fill(ids.group) },
      { code: 'SecurityGroupsPerInterfaceLimitExceeded', message: /maximum number/ },
    ],
    [
      'a tag that AWS keeps for itself',
      { TagSpecifications: [{ ResourceType: 'network-interface', Tags: [{ Key: 'aws:x', Value: '' }] }] },
      { code: 'InvalidParameterValue', message: /'aws:' are reserved/ },
    ],
    [
      'a tag key that is too long',
      {
        TagSpecifications: [
          { ResourceType: 'network-interface', Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
        ],
      },
      { code: 'InvalidParameterValue', message: /128/ },
    ],
    [
      'a tag value that is too long',
      {
        TagSpecifications: [
          { ResourceType: 'network-interface', Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] },
        ],
      },
      { code: 'InvalidParameterValue', message: /256/ },
    ],
    [
      'more than 50 tags',
      { TagSpecifications: [{ ResourceType: 'network-interface', Tags: manyTags }] },
      { code: 'TagLimitExceeded', message: /50/ },
    ],
    [
      'tags for another kind of resource',
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }] },
      { code: 'InvalidParameterValue', message: /taggable/ },
    ],
    [
      'IPv6, which is not simulated',
      { Ipv6AddressCount: 1 },
      { code: 'InvalidParameterValue', message: /no IPv6/ },
    ],
    [
      'a dry run, as a success',
      { DryRun: true },
      { code: 'DryRunOperation', message: /would have succeeded/ },
    ],
  ];
  const before = sim.world.enis.length;
  for (const [name, input, wanted] of cases) {
    const error = await errorOf(
      ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet, ...input })),
    );
    t.match(error, { ...wanted, status: wanted.code === 'DryRunOperation' ? 412 : 400 }, name);
  }
  t.equal(sim.world.enis.length, before, 'and nothing has been made');
});

t.test('a full subnet, and one without a whole /28', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const create = (input: object) =>
    ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.smallSubnet, ...input }));
  t.match(await errorOf(create({ Ipv4PrefixCount: 1 })), { code: 'InsufficientCidrBlocks', status: 400 });
  for (let n = 0; n < 11; n++) await create({});
  t.match(await errorOf(create({})), {
    code: 'InsufficientFreeAddressesInSubnet',
    message: 'The specified subnet does not have enough free addresses to satisfy the request.',
    status: 400,
  });
  t.equal(sim.world.enis.length, 11, 'no ENI is left by what failed');
});

t.test("the account's quota of ENIs", async (t) => {
  const { ec2 } = await smallWorld(t, { eniQuota: 1 });
  const create = () => ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids.subnet }));
  await create();
  t.match(await errorOf(create()), { code: 'NetworkInterfaceLimitExceeded', status: 400 });
});

t.test('AttachNetworkInterface refuses', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const cards = await sim.launch({ type: 'p4d.24xlarge', subnetId: ids.subnet });
  const pending = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, state: 'pending' });
  const free = sim.world.addEni({ subnetId: ids.subnet });
  const elsewhere = sim.world.addEni({ subnetId: ids.smallSubnet });
  const fat = sim.world.addEni({ subnetId: ids.subnet, secondaryCount: 10 });
  const attach = (NetworkInterfaceId: string, InstanceId: string, DeviceIndex: number, card?: number) =>
    ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId,
        InstanceId,
        DeviceIndex,
        ...(card === undefined ? {} : { NetworkCardIndex: card }),
      }),
    );
  const refuses = async (name: string, call: Promise<unknown>, code: string, message: string | RegExp) =>
    t.match(await errorOf(call), { code, message, status: 400 }, name);

  await refuses(
    'an ENI that is not there',
    attach(missingEni, node.instanceId, 1),
    'InvalidNetworkInterfaceID.NotFound',
    `The networkInterface ID '${missingEni}' does not exist`,
  );
  await refuses(
    'what is no ENI id',
    attach('eth1', node.instanceId, 1),
    'InvalidNetworkInterfaceId.Malformed',
    'Invalid id: "eth1" (expecting "eni-...")',
  );
  await refuses(
    'an instance that is not there',
    attach(free.id, 'i-0000000a', 1),
    'InvalidInstanceID.NotFound',
    "The instance ID 'i-0000000a' does not exist",
  );
  await refuses(
    'a pending instance',
    attach(free.id, pending.instanceId, 1),
    'IncorrectState',
    `Instance '${pending.instanceId}' is not 'running' or 'stopped'`,
  );
  await refuses(
    'another zone',
    attach(elsewhere.id, node.instanceId, 1),
    'InvalidParameterCombination',
    /zone/,
  );
  await refuses(
    'a taken device index',
    attach(free.id, node.instanceId, 0, 0),
    'InvalidParameterValue',
    `Instance '${node.instanceId}' already has an interface attached at device index '0'.`,
  );
  await refuses(
    'an attached ENI',
    attach(node.primaryEni.id, cards.instanceId, 1, 0),
    'InvalidNetworkInterface.InUse',
    `Interface: [${node.primaryEni.id}] in use.`,
  );
  await refuses(
    'more addresses than the type carries',
    attach(fat.id, node.instanceId, 1, 0),
    'PrivateIpAddressLimitExceeded',
    'Number of private addresses will exceed limit.',
  );
  await refuses(
    'no card on a type with several, as if the index were taken',
    attach(free.id, cards.instanceId, 1),
    'InvalidParameterValue',
    `Instance '${cards.instanceId}' already has an interface attached at device index '1'.`,
  );
  await refuses(
    'a card that is not there',
    attach(free.id, cards.instanceId, 1, 4),
    'InvalidParameterValue',
    /card/,
  );

  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, node.instanceId, 1, 0);
  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, node.instanceId, 2, 0);
  await refuses(
    'more ENIs than the type carries',
    attach(free.id, node.instanceId, 3, 0),
    'AttachmentLimitExceeded',
    'Interface count 4 exceeds the limit for m5.large',
  );
  await attach(free.id, cards.instanceId, 0, 1);
  t.equal(sim.world.store.eni(free.id).attachment?.networkCard, 1, 'an index is free on every card apart');
});

t.test('the other writes refuse', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const eni = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.20', secondary: ['10.0.4.21'] });
  const other = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.30', secondary: ['10.0.4.31'] });
  const service = sim.world.addEni({ subnetId: ids.subnet, requesterManaged: true });
  const primaryId = node.primaryEni.id;
  const refuses = async (name: string, call: Promise<unknown>, code: string, message: string | RegExp) =>
    t.match(await errorOf(call), { code, message }, name);

  await refuses(
    'deleting an attached ENI',
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: primaryId })),
    'InvalidParameterValue',
    `Network interface '${primaryId}' is currently in use.`,
  );
  await refuses(
    "deleting an AWS service's ENI",
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: service.id })),
    'AuthFailure',
    /permission/,
  );
  await refuses(
    'detaching the primary',
    ec2.send(
      new DetachNetworkInterfaceCommand({ AttachmentId: sim.world.store.eni(primaryId).attachment?.id }),
    ),
    'OperationNotPermitted',
    /device index 0/,
  );
  await refuses(
    'detaching what is not attached',
    ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: 'eni-attach-0000000a' })),
    'InvalidAttachmentID.NotFound',
    /does not exist/,
  );
  await refuses(
    'two attributes in a call',
    ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni.id,
        SourceDestCheck: { Value: false },
        Description: { Value: 'x' },
      }),
    ),
    'InvalidParameterCombination',
    /SourceDestCheck, Description/,
  );
  const assign = (addresses: string[], AllowReassignment: boolean) =>
    ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: addresses,
        AllowReassignment,
      }),
    );
  await refuses(
    "others' addresses, all named",
    assign(['10.0.4.30', '10.0.4.40', '10.0.4.31'], false),
    'InvalidParameterValue',
    '[10.0.4.30, 10.0.4.31] assigned, but move is not allowed.',
  );
  await refuses(
    'a primary address, which never moves',
    assign(['10.0.4.31', '10.0.4.30'], true),
    'InvalidParameterValue',
    '[10.0.4.30] assigned, but move is not allowed.',
  );
  t.same(sim.world.store.eni(other.id).addresses, ['10.0.4.30', '10.0.4.31'], 'all or nothing');
  await refuses(
    'unassigning what the ENI has not',
    ec2.send(
      new UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: ['10.0.4.31'],
      }),
    ),
    'InvalidParameterValue',
    /not assigned/,
  );
  await refuses(
    'unassigning a primary',
    ec2.send(
      new UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: ['10.0.4.20'],
      }),
    ),
    'InvalidParameterValue',
    /Primary/,
  );
});

t.test('reads refuse', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { unpaginatedLimit: 3 });
  const refuses = async (name: string, call: Promise<unknown>, code: string, message: string | RegExp) =>
    t.match(await errorOf(call), { code, message, status: 400 }, name);
  const describe = (input: object) => ec2.send(new DescribeNetworkInterfacesCommand(input));
  await refuses(
    'unknown ids',
    describe({ NetworkInterfaceIds: [missingEni] }),
    'InvalidNetworkInterfaceID.NotFound',
    `The networkInterface ID '${missingEni}' does not exist`,
  );
  await refuses(
    'unknown filters',
    describe({ Filters: [{ Name: 'subnet', Values: ['x'] }] }),
    'InvalidParameterValue',
    "The filter 'subnet' is invalid",
  );
  const addresses = Array.from({ length: 200 }, (_, n) => `10.0.4.${n}`);
  await refuses(
    'more than 200 filter values in all',
    describe({
      Filters: [
        { Name: 'subnet-id', Values: [ids.subnet] },
        { Name: 'addresses.private-ip-address', Values: addresses },
      ],
    }),
    'FilterLimitExceeded',
    /200/,
  );
  await refuses(
    'MaxResults with ids',
    describe({ NetworkInterfaceIds: [missingEni], MaxResults: 10 }),
    'InvalidParameterCombination',
    /NetworkInterfaceId/,
  );
  await refuses('tiny pages', describe({ MaxResults: 4 }), 'InvalidParameterValue', /5 and 1000/);
  await refuses('huge pages', describe({ MaxResults: 1001 }), 'InvalidParameterValue', /5 and 1000/);
  await refuses('a token of its own making', describe({ NextToken: 'abc' }), 'InvalidNextToken', /not valid/);
  await refuses(
    'unknown subnets',
    ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0000000a'] })),
    'InvalidSubnetID.NotFound',
    "The subnet ID 'subnet-0000000a' does not exist",
  );
  await refuses(
    'unknown groups',
    ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0000000a'] })),
    'InvalidGroup.NotFound',
    "The security group 'sg-0000000a' does not exist",
  );
  await refuses(
    'unknown types',
    ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.large', 'x9.tiny' as 'm5.large'] })),
    'InvalidInstanceType',
    'The following supplied instance types do not exist: [x9.tiny]',
  );
  for (let n = 0; n < 4; n++) sim.world.addEni({ subnetId: ids.subnet });
  await refuses(
    'an unpaginated listing of a large account',
    describe({}),
    'OperationNotPermitted',
    /MaxResults/,
  );
});
