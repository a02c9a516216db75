import { CreateNetworkInterfaceCommand, type CreateNetworkInterfaceCommandInput } from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';

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
    ['a secondary address that is taken', { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.4.9' }] }, inUse],
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
      {
        code: 'InvalidParameter',
        message: `Security group ${ids.foreignGroup} and subnet ${ids.subnet} belong to different networks.`,
      },
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
      'a tag specification without tags',
      { TagSpecifications: [{ ResourceType: 'network-interface' }] },
      { code: 'InvalidParameter', message: 'Tag specification must have at least one tag' },
    ],
    [
      'tags for another kind of resource',
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }] },
      { code: 'InvalidParameterValue', message: /taggable/ },
    ],
    [
      'IPv6 in a subnet without it',
      { Ipv6AddressCount: 1 },
      { code: 'InvalidParameterValue', message: /does not have an IPv6 CIDR/ },
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
  for (let n = 0; n < 11; n++) {
    await create({});
  }
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
