import {
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  paginateDescribeNetworkInterfaces,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';

t.test('filters', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, address: '10.0.4.4' });
  const tagged = sim.world.addEni({
    subnetId: ids.subnet,
    address: '10.0.4.20',
    secondary: ['10.0.4.21'],
    securityGroups: [ids.group],
    description: 'pods of a*b',
    tags: { team: 'core', 'multus-bootstrap.io/created': 'true' },
  });
  const other = sim.world.addEni({ subnetId: ids.smallSubnet, address: '10.0.5.9', tags: { team: 'edge' } });
  const service = sim.world.addEni({
    subnetId: ids.subnet,
    address: '10.0.4.25',
    requesterManaged: true,
    prefixes: ['10.0.4.48/28'],
  });
  sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.99', hidden: true });
  const primary = node.primaryEni.id;
  const all = [primary, tagged.id, other.id, service.id];
  const cases: [string, string[], string[]][] = [
    ['subnet-id', [ids.subnet], [primary, tagged.id, service.id]],
    ['subnet-id', [ids.subnet, ids.smallSubnet], all],
    ['vpc-id', [ids.vpc], all],
    ['availability-zone', ['us-east-1b'], [other.id]],
    ['status', ['available'], [tagged.id, other.id]],
    ['status', ['in-use'], [primary, service.id]],
    ['tag:team', ['core'], [tagged.id]],
    ['tag:team', ['*'], [tagged.id, other.id]],
    ['tag:team', ['c?re', 'x*'], [tagged.id]],
    ['tag:Team', ['core'], []],
    ['description', ['pods of a\\*b'], [tagged.id]],
    ['description', ['pods\\ of a?b'], [tagged.id]],
    ['description', ['pods of a\\?b'], []],
    ['subnet-id', ['subnet\\-00000002'], [other.id]],
    ['tag-key', ['multus-bootstrap.io/*'], [tagged.id]],
    ['attachment.instance-id', [node.instanceId], [primary]],
    ['attachment.instance-id', ['*'], [primary]],
    ['attachment.instance-owner-id', ['amazon-aws'], [service.id]],
    ['attachment.status', ['attached'], [primary, service.id]],
    ['attachment.attachment-id', [sim.world.store.eni(primary).attachment?.id ?? ''], [primary]],
    ['addresses.private-ip-address', ['10.0.4.21', '10.0.5.9'], [tagged.id, other.id]],
    ['addresses.private-ip-address', ['10.0.4.48', '10.0.4.99'], []],
    ['private-ip-address', ['10.0.4.21'], []],
    ['private-ip-address', ['10.0.4.20'], [tagged.id]],
    ['network-interface-id', [other.id], [other.id]],
    ['mac-address', [other.mac], [other.id]],
    ['group-id', [ids.group], [tagged.id]],
    ['group-name', ['default'], [primary, other.id, service.id]],
    ['private-dns-name', ['ip-10-0-5-9.ec2.internal'], [other.id]],
    ['attachment.attach-time', ['20*Z'], [primary, service.id]],
    ['owner-id', ['123456789012'], all],
    ['requester-id', ['amazon-elb'], [service.id]],
  ];
  for (const [Name, Values, wanted] of cases) {
    const { NetworkInterfaces } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name, Values }] }),
    );
    const found = NetworkInterfaces?.map((eni) => eni.NetworkInterfaceId);
    t.same(found?.sort(), [...wanted].sort(), `${Name} = ${Values.join(', ')}`);
  }
  const both = await ec2.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [
        { Name: 'subnet-id', Values: [ids.subnet] },
        { Name: 'tag:team', Values: ['edge'] },
      ],
    }),
  );
  t.same(both.NetworkInterfaces, [], 'all filters must match');
});

t.test('filters of subnets and instances', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const a = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, address: '10.0.4.4' });
  const b = await sim.launch({ type: 'm5.large', subnetId: ids.smallSubnet });
  sim.world.stop(b.instanceId);
  for (const [Name, value, wanted] of [
    ['private-ip-address', '10.0.4.4', a.instanceId],
    ['instance-state-code', '16', a.instanceId],
    ['instance-state-code', '80', b.instanceId],
    ['network-interface.subnet-id', ids.smallSubnet, b.instanceId],
  ] as const) {
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] }),
    );
    t.same(
      Reservations?.flatMap(({ Instances }) => Instances?.map((each) => each.InstanceId)),
      [wanted],
      Name,
    );
  }
  for (const [Name, value, wanted] of [
    ['cidrBlock', '10.0.4.0/24', 1],
    ['default-for-az', 'false', 2],
    ['default-for-az', 'true', 0],
  ] as const) {
    const Filters = [{ Name, Values: [value] }];
    t.equal((await ec2.send(new DescribeSubnetsCommand({ Filters }))).Subnets?.length, wanted, Name);
  }
});

t.test('pages', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const made = Array.from({ length: 23 }, () => sim.world.addEni({ subnetId: ids.subnet }));
  const Filters = [{ Name: 'subnet-id', Values: [ids.subnet] }];
  const seen: string[] = [];
  let pages = 0;
  for await (const page of paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 10 }, { Filters })) {
    pages++;
    for (const eni of page.NetworkInterfaces ?? []) {
      seen.push(eni.NetworkInterfaceId ?? '');
    }
    const first = made[0];
    if (pages === 1 && first !== undefined) {
      sim.world.deleteEni(first.id);
    }
  }
  t.equal(pages, 3);
  const rest = made.slice(1).map((eni) => eni.id);
  t.same(
    rest.filter((id) => !seen.includes(id)),
    [],
    'one that goes meanwhile hides no other',
  );
  t.equal(new Set(seen).size, seen.length, 'none is shown twice');

  const { NextToken } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters, MaxResults: 5 }));
  const otherRequest = new DescribeNetworkInterfacesCommand({ NextToken, MaxResults: 5 });
  t.match(await errorOf(ec2.send(otherRequest)), { code: 'InvalidNextToken' });
});

t.test('20,000 ENIs are made and listed', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { eniQuota: 100_000 });
  const begun = performance.now();
  const { id } = sim.world.addSubnet({ vpcId: ids.vpc, cidr: '10.0.128.0/17', zone: 'us-east-1a' });
  for (let n = 0; n < 20_000; n++) {
    sim.world.addEni({ subnetId: id });
  }
  const started = performance.now();
  t.ok(started - begun < 2000, `made in ${Math.round(started - begun)} ms`);
  let count = 0;
  const query = { Filters: [{ Name: 'subnet-id', Values: [id] }] };
  for await (const page of paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 1000 }, query)) {
    count += page.NetworkInterfaces?.length ?? 0;
  }
  t.equal(count, 20_000);
  t.comment(`listed in ${Math.round(performance.now() - started)} ms, the client's parsing included`);
});

t.test("a shared VPC: a subnet's owner, and none of its tags", async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const subnet = { vpcId: ids.vpc, zone: 'us-east-1a', tags: { net: 'multus' } };
  const own = sim.world.addSubnet({ ...subnet, cidr: '10.0.6.0/24' });
  const { id } = sim.world.addSubnet({ ...subnet, cidr: '10.0.7.0/24', owner: '999999999999' });
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
  t.match(Subnets, [{ OwnerId: '999999999999', Tags: [] }]);
  t.match(Subnets?.[0]?.SubnetArn, /:999999999999:/);
  const Filters = [{ Name: 'tag:net', Values: ['multus'] }];
  const tagged = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  t.same(
    tagged.Subnets?.map((each) => each.SubnetId),
    [own.id],
  );
});

t.test('the other listings', async (t) => {
  const { ec2 } = await smallWorld(t);
  const types = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.xlarge', 'p4d.24xlarge'] }),
  );
  t.match(types.InstanceTypes?.find((type) => type.InstanceType === 'm5.xlarge')?.NetworkInfo, {
    MaximumNetworkInterfaces: 4,
    Ipv4AddressesPerInterface: 15,
    NetworkCards: [{ NetworkCardIndex: 0, MaximumNetworkInterfaces: 4 }],
  });
  t.match(types.InstanceTypes?.find((type) => type.InstanceType === 'p4d.24xlarge')?.NetworkInfo, {
    MaximumNetworkInterfaces: 60,
    NetworkCards: { length: 4 },
  });
  const Filters = [{ Name: 'vpc-id', Values: [ids.vpc] }];
  const groups = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  t.same(groups.SecurityGroups?.map((group) => group.GroupName).sort(), ['default', ids.group]);
  const vpcs = await ec2.send(new DescribeVpcsCommand({ VpcIds: [ids.vpc] }));
  t.match(vpcs.Vpcs, [{ VpcId: ids.vpc, CidrBlock: '10.0.0.0/16' }]);
  const zones = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  t.match(zones.AvailabilityZones, [
    { ZoneName: 'us-east-1a', ZoneId: 'use1-az1' },
    { ZoneName: 'us-east-1b', ZoneId: 'use1-az2' },
  ]);
});
