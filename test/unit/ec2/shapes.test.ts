import type { SubnetCidrBlockStateCode } from '@aws-sdk/client-ec2';
import t from 'tap';
import { eniFilters, instanceFilters, subnetFilters } from '../../../agent/ec2/filters.ts';
import { toEni, toInstanceState, toLimits, toReservation, toSubnet } from '../../../agent/ec2/shapes.ts';

const action = 'DescribeNetworkInterfaces';
const eni = {
  NetworkInterfaceId: 'eni-1',
  SubnetId: 'subnet-1',
  VpcId: 'vpc-1',
  AvailabilityZone: 'eu-west-1a',
  MacAddress: '0A:00:00:00:00:01',
  Status: 'in-use',
  SourceDestCheck: true,
} as const;
const attachment = {
  AttachmentId: 'ela-attach-1',
  DeviceIndex: 1,
  Status: 'attached',
  DeleteOnTermination: false,
} as const;

t.test('an ENI: the primary address first, the MAC in lower case', (t) => {
  const PrivateIpAddresses = [
    { PrivateIpAddress: '10.0.0.5' },
    { PrivateIpAddress: '10.0.0.4', Primary: true },
  ];
  t.match(toEni(action, { ...eni, PrivateIpAddresses }), {
    mac: '0a:00:00:00:00:01',
    addresses: ['10.0.0.4', '10.0.0.5'],
    tags: {},
    attachment: undefined,
  });
  t.end();
});

t.test('one IPv6 address is one text, whichever way EC2 writes it', (t) => {
  const Ipv6Addresses = [
    { Ipv6Address: '2600:1f18:0001:0004:0000:0000:0000:0005' },
    { Ipv6Address: '2600:1F18:1:4:0:0:0:6' },
    { Ipv6Address: '2600:1f18:1:4::7' },
  ];
  t.strictSame(toEni(action, { ...eni, Ipv6Addresses }).ipv6Addresses, [
    '2600:1f18:1:4::5',
    '2600:1f18:1:4::6',
    '2600:1f18:1:4::7',
  ]);
  t.end();
});

t.test('prefixes of both IP versions', (t) => {
  const prefixes = {
    Ipv4Prefixes: [{ Ipv4Prefix: '10.0.0.16/28' }],
    Ipv6Prefixes: [{ Ipv6Prefix: '2600:1f18:1:4:1::/80' }],
  };
  t.strictSame(toEni(action, { ...eni, ...prefixes }).prefixes, ['10.0.0.16/28', '2600:1f18:1:4:1::/80']);
  t.end();
});

t.test('a subnet: only the IPv6 CIDRs that are associated', (t) => {
  const cidr = (Ipv6CidrBlock: string, State?: SubnetCidrBlockStateCode) => ({
    Ipv6CidrBlock,
    ...(State === undefined ? {} : { Ipv6CidrBlockState: { State } }),
  });
  const subnet = {
    SubnetId: 'subnet-1',
    VpcId: 'vpc-1',
    AvailabilityZone: 'eu-west-1a',
    Ipv6CidrBlockAssociationSet: [
      cidr('2600:1f18:1:3::/64', 'associating'),
      cidr('2600:1f18:1:4::/64', 'associated'),
      cidr('2600:1f18:1:5::/64', 'disassociating'),
      cidr('2600:1f18:1:6::/64'),
    ],
  };
  t.strictSame(toSubnet('DescribeSubnets', subnet), {
    id: 'subnet-1',
    vpcId: 'vpc-1',
    zone: 'eu-west-1a',
    cidr: undefined,
    ipv6Cidrs: ['2600:1f18:1:4::/64'],
    assignsIpv6: false,
    availableAddresses: 0,
    tags: {},
  });
  t.end();
});

t.test('one IPv6 CIDR is one text too, as the kernel writes those of routes', (t) => {
  const rows = [
    ['2001:db8:0:0::/64', '2001:db8::/64'],
    ['2001:0DB8:0001:0004:0000:0000:0000:0000/64', '2001:db8:1:4::/64'],
    ['2001:db8:1:4::/64', '2001:db8:1:4::/64'],
  ] as const;
  for (const [Ipv6CidrBlock, expected] of rows) {
    const subnet = {
      SubnetId: 'subnet-1',
      VpcId: 'vpc-1',
      AvailabilityZone: 'eu-west-1a',
      Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock, Ipv6CidrBlockState: { State: 'associated' as const } }],
    };
    t.strictSame(toSubnet('DescribeSubnets', subnet).ipv6Cidrs, [expected]);
  }
  t.end();
});

t.test("an AWS service's ENI names no instance, and does not spoil a listing", (t) => {
  const { attachment: parsed } = toEni(action, { ...eni, Attachment: attachment });
  t.strictSame(parsed, {
    id: 'ela-attach-1',
    instanceId: undefined,
    deviceIndex: 1,
    networkCard: 0,
    status: 'attached',
    deleteOnTermination: false,
  });
  t.end();
});

t.test('what EC2 always sends is not made up when it is missing', (t) => {
  const { SubnetId: _, ...incomplete } = eni;
  const refused = { class: 'invalid', code: 'IncompleteAnswer' };
  t.throws(() => toEni(action, incomplete), { ...refused, action, message: /no SubnetId/ });
  t.throws(() => toEni(action, { ...eni, Attachment: { ...attachment, Status: undefined } }), refused);
  t.throws(() => toReservation(action, { SubnetId: 'subnet-1', Cidr: '10.0.0.0/28' }), refused);
  t.throws(() => toLimits(action, { InstanceType: 'm5.large' }), refused);
  t.throws(() => toInstanceState('DescribeInstances', { InstanceId: 'i-1' }), refused);
  t.end();
});

t.test('queries that EC2 would answer wrongly are not sent', (t) => {
  const addresses = Array.from({ length: 191 }, (_, i) => `10.0.0.${i}`);
  t.throws(() => eniFilters({ addresses: ['10.0.0.4'] }), /needs their subnet/);
  t.throws(() => eniFilters({ addresses, subnetIds: ['subnet-1'] }), /190 values/);
  t.throws(
    () => eniFilters({ addresses: ['10.0.0.4', '2600:1f18:1:4::4'], subnetIds: ['subnet-1'] }),
    /IPv4 or for IPv6/,
  );
  t.throws(() => instanceFilters(addresses), /190 values/);
  // Without a value, a filter finds nothing, or everything.
  for (const send of [
    () => eniFilters({ subnetIds: [] }),
    () => eniFilters({ subnetIds: ['subnet-1'], addresses: [] }),
    () => eniFilters({ ids: [] }),
    () => instanceFilters([]),
    () => subnetFilters({ ids: [] }),
  ]) {
    t.throws(send, /needs a value/);
  }
  t.throws(() => eniFilters({}), /something to look for/);
  t.strictSame(eniFilters({ tags: { team: 'a*b?\\' } }), [{ Name: 'tag:team', Values: ['a\\*b\\?\\\\'] }]);
  t.end();
});
