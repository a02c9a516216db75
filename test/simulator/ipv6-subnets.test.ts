import { DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import { World } from './model/world.ts';
import { ids } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('subnets of every kind, as EC2 shows them', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  sim.world.addEni({ subnetId: ids6.dual, ipv6AddressCount: 3, ipv6PrefixCount: 1 });
  sim.world.addEni({ subnetId: ids6.native });
  const look = async (id: string) =>
    (await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }))).Subnets?.[0];
  t.match(await look(ids.subnet), {
    CidrBlock: '10.0.4.0/24',
    Ipv6CidrBlockAssociationSet: { length: 0 },
    AssignIpv6AddressOnCreation: false,
    Ipv6Native: false,
  });
  t.match(await look(ids6.dual), {
    CidrBlock: '10.6.4.0/24',
    AvailableIpAddressCount: 256 - 5 - 1,
    Ipv6CidrBlockAssociationSet: [
      {
        AssociationId: /^subnet-cidr-assoc-0[0-9a-f]{16}$/,
        Ipv6CidrBlock: '2600:1f18:0:604::/64',
        Ipv6CidrBlockState: { State: 'associated' },
      },
    ],
    AssignIpv6AddressOnCreation: false,
    Ipv6Native: false,
  });
  t.match(await look(ids6.assigning), { AssignIpv6AddressOnCreation: true });
  t.match(await look(ids6.native), {
    CidrBlock: undefined,
    AvailableIpAddressCount: 0,
    AssignIpv6AddressOnCreation: true,
    Ipv6Native: true,
  });
  const vpcs = await ec2.send(new DescribeVpcsCommand({ VpcIds: [ids6.vpc, ids.vpc] }));
  t.match(vpcs.Vpcs?.find(({ VpcId }) => VpcId === ids6.vpc)?.Ipv6CidrBlockAssociationSet, [
    { Ipv6CidrBlock: '2600:1f18:0:600::/56', Ipv6CidrBlockState: { State: 'associated' } },
  ]);
  t.notOk(vpcs.Vpcs?.find(({ VpcId }) => VpcId === ids.vpc)?.Ipv6CidrBlockAssociationSet?.length);
});

t.test('only an IPv6 CIDR that is associated has addresses to give', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const cidr = (part: string) => `2600:1f18:0:6${part}::/64`;
  const { id, ipv6Cidrs } = sim.world.addSubnet({
    vpcId: ids6.vpc,
    zone: 'us-east-1a',
    ipv6Cidrs: [
      { cidr: cidr('10'), state: 'disassociated' },
      { cidr: cidr('11'), state: 'associated' },
      { cidr: cidr('12'), state: 'associating' },
      cidr('13'),
      /** It belongs to another subnet. */
      { cidr: cidr('04'), state: 'failed' },
    ],
  });
  const given = Array.from({ length: 40 }, () => sim.world.addEni({ subnetId: id }).ipv6Addresses[0] ?? '');
  t.same([...new Set(given.map((address) => address.split(':')[3]))].sort(), ['611', '613']);
  for (const part of ['10', '12', '04']) {
    const ipv6Addresses = [`2600:1f18:0:6${part}::9`];
    t.throws(() => sim.world.addEni({ subnetId: id, ipv6Addresses }), { message: /range/ }, part);
  }
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
  t.same(
    Subnets?.[0]?.Ipv6CidrBlockAssociationSet?.map((each) => [
      each.Ipv6CidrBlock,
      each.Ipv6CidrBlockState?.State,
    ]),
    [
      [cidr('10'), 'disassociated'],
      [cidr('11'), 'associated'],
      [cidr('12'), 'associating'],
      [cidr('13'), 'associated'],
      ['2600:1f18:0:604::/64', 'failed'],
    ],
  );
  for (const [Name, value, wanted] of [
    ['ipv6-cidr-block-association.ipv6-cidr-block', cidr('12'), [id]],
    ['ipv6-cidr-block-association.ipv6-cidr-block', '2600:1f18:0:605::/64', [ids6.assigning]],
    ['ipv6-cidr-block-association.association-id', ipv6Cidrs[2]?.associationId ?? '', [id]],
    ['ipv6-cidr-block-association.state', 'associating', [id]],
    ['ipv6-cidr-block-association.state', 'failing', []],
    ['ipv6-native', 'true', [ids6.native, id]],
    ['cidr-block', '10.6.*', [ids6.dual, ids6.assigning]],
  ] as const) {
    const found = await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name, Values: [value] }] }));
    t.same(found.Subnets?.map((each) => each.SubnetId).sort(), wanted.toSorted(), `${Name} ${value}`);
  }
});

t.test('subnets and VPCs whose IPv6 EC2 could not have are refused', async (t) => {
  const world = new World({ clock: new VirtualClock() });
  world.addVpc({ id: 'vpc-0000000a', cidr: '10.0.0.0/16', ipv6Cidr: '2600:1F18::/56' });
  world.addVpc({ id: 'vpc-0000000b', cidr: '10.0.0.0/16' });
  const zone = 'us-east-1a';
  const place = { vpcId: 'vpc-0000000a', zone };
  world.addSubnet({ ...place, ipv6Cidrs: ['2600:1f18::/64'] });
  const with6 = (...ipv6Cidrs: string[]) => world.addSubnet({ ...place, ipv6Cidrs });
  for (const [what, message, add] of [
    ['neither family', /needs an IPv4 CIDR or/, () => world.addSubnet(place)],
    ['an IPv6-only one that does not assign', /always/, () => ipv6Only(false)],
    ['assigning without IPv6', /without IPv6/, () => ipv4Only(true)],
    [
      'not a step of 4',
      /\/44 and \/64 in steps of 4: 2600:1f18:0:2::\/63/,
      () => with6('2600:1f18:0:2::/63'),
    ],
    ['too small', /\/44 and \/64/, () => with6('2600:1f18:0:1:8000::/68')],
    ['host bits', /not a CIDR: 2600:1f18:0:1::1\/64/, () => with6('2600:1f18:0:1::1/64')],
    ['outside the VPC', /not within 2600:1f18::\/56/, () => with6('2600:1f18:0:100::/64')],
    ['an overlap', /overlaps with an IPv6 CIDR/, () => with6('2600:1f18::/60')],
    ['a VPC without IPv6', /vpc-0000000b has no IPv6 CIDR/, () => inOther('2600:1f18:0:1::/64')],
    ['a VPC too small', /\/44 and \/60/, () => world.addVpc({ cidr: '10.0.0.0/16', ipv6Cidr: '2600::/64' })],
  ] as const) {
    t.throws(add, { message }, what);
  }
  t.equal(world.subnets.size, 1);

  function ipv6Only(assignIpv6OnCreation: boolean) {
    world.addSubnet({ ...place, ipv6Cidrs: ['2600:1f18:0:1::/64'], assignIpv6OnCreation });
  }
  function ipv4Only(assignIpv6OnCreation: boolean) {
    world.addSubnet({ ...place, cidr: '10.0.4.0/24', assignIpv6OnCreation });
  }
  function inOther(cidr: string) {
    world.addSubnet({ vpcId: 'vpc-0000000b', zone, cidr: '10.0.4.0/24', ipv6Cidrs: [cidr] });
  }
});
