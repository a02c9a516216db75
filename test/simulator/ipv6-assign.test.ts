import {
  AssignIpv6AddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateSubnetCidrReservationCommand,
  DeleteSubnetCidrReservationCommand,
  DescribeInstanceTypesCommand,
  GetSubnetCidrReservationsCommand,
  UnassignIpv6AddressesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import { ipv6 } from './model/ip.ts';
import { errorOf, ids } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const dual = '2600:1f18:0:604:';

t.test('IPv6 addresses are assigned and unassigned', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const { id } = sim.world.addEni({ subnetId: ids6.dual });
  const assign = (input: object) =>
    ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId: id, ...input }));
  const unassign = (input: object) =>
    ec2.send(new UnassignIpv6AddressesCommand({ NetworkInterfaceId: id, ...input }));
  t.match(await assign({ Ipv6Addresses: [`${dual}0:0:0:9`, `${dual}:a`] }), {
    NetworkInterfaceId: id,
    AssignedIpv6Addresses: [`${dual}:9`, `${dual}:a`],
  });
  t.match(await assign({ Ipv6Prefixes: [`${dual}1:0::/80`] }), { AssignedIpv6Prefixes: [`${dual}1::/80`] });
  const counted = await assign({ Ipv6AddressCount: 2 });
  t.equal(counted.AssignedIpv6Addresses?.length, 2);
  const [prefix] = (await assign({ Ipv6PrefixCount: 1 })).AssignedIpv6Prefixes ?? [];
  t.match(prefix, /^2600:1f18:0:604:[0-9a-f]+::\/80$/);
  t.match(await unassign({ Ipv6Addresses: [`${dual}0:0:0:a`] }), { UnassignedIpv6Addresses: [`${dual}:a`] });
  t.match(await unassign({ Ipv6Prefixes: [prefix] }), { UnassignedIpv6Prefixes: [prefix] });
  t.same(sim.world.store.eni(id).ipv6Addresses, [`${dual}:9`, ...(counted.AssignedIpv6Addresses ?? [])]);
  t.same(sim.world.store.eni(id).ipv6Prefixes, [`${dual}1::/80`]);
  const next = sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}:a`] });
  t.same(next.ipv6Addresses, [`${dual}:a`], 'what was unassigned is free');
  sim.world.deleteEni(id);
  sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}:9`], ipv6Prefixes: [`${dual}1::/80`] });
  t.same(
    sim.record.writes().map(({ action }) => action),
    [...Array(4).fill('AssignIpv6Addresses'), ...Array(2).fill('UnassignIpv6Addresses')],
  );
});

t.test('assigning and unassigning IPv6 is refused', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const ipv6Addresses = [`${dual}:9`, `${dual}:a`];
  const { id } = sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses, enablePrimaryIpv6: true });
  sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}:b`], ipv6Prefixes: [`${dual}1::/80`] });
  const ipv4 = sim.world.addEni({ subnetId: ids.subnet });
  const service = sim.world.addEni({ subnetId: ids6.dual, requesterManaged: true });
  const before = sim.world.store.eni(id);
  const Assign = AssignIpv6AddressesCommand;
  const Unassign = UnassignIpv6AddressesCommand;
  const value = 'InvalidParameterValue';
  for (const [what, call, code, message] of [
    ['a taken one', new Assign(of(id, `${dual}:c`, `${dual}:b`)), 'InvalidIPAddress.InUse', /in use/],
    ['one of a prefix', new Assign(of(id, `${dual}1::9`)), 'InvalidIPAddress.InUse', /in use/],
    ['a reserved one', new Assign(of(id, `${dual}:c`, `${dual}:1`)), value, /reserved/],
    ['nothing', new Assign(of(id)), 'MissingParameter', /Ipv6Addresses or/],
    ['IPv6 in an IPv4-only subnet', new Assign(of(ipv4.id, `${dual}:c`)), value, /IPv6 CIDR/],
    ["a service's ENI", new Assign(of(service.id, `${dual}:c`)), 'AuthFailure', /permission/],
    ['unassigning nothing', new Unassign(of(id)), 'MissingParameter', /Ipv6Addresses or/],
    ['unassigning the primary', new Unassign(of(id, `${dual}:9`)), value, /Primary/],
    ["unassigning another's", new Unassign(of(id, `${dual}:a`, `${dual}:b`)), value, /not assigned/],
    ['unassigning what is none', new Unassign(of(id, 'any')), value, /address: any/],
  ] as const) {
    const sent = call instanceof Assign ? ec2.send(call) : ec2.send(call);
    t.match(await errorOf(sent), { code, message }, what);
  }
  t.same(sim.world.store.eni(id), before, 'all or nothing');
  sim.permissions.deny('AssignIpv6Addresses');
  t.match(await errorOf(ec2.send(new Assign(of(id, `${dual}:c`)))), { code: 'UnauthorizedOperation' });

  function of(NetworkInterfaceId: string, ...Ipv6Addresses: string[]) {
    return { NetworkInterfaceId, ...(Ipv6Addresses.length > 0 && { Ipv6Addresses }) };
  }
});

t.test("an instance type's limits hold for IPv6", async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const types = ['t3.micro', 'm3.medium'] as const;
  const { InstanceTypes } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: [...types] }));
  t.match(InstanceTypes?.find((each) => each.InstanceType === 't3.micro')?.NetworkInfo, {
    Ipv6Supported: true,
    Ipv6AddressesPerInterface: 2,
  });
  t.match(InstanceTypes?.find((each) => each.InstanceType === 'm3.medium')?.NetworkInfo, {
    Ipv6Supported: false,
    Ipv6AddressesPerInterface: 0,
  });
  const nodes = new Map<string, string>();
  for (const type of types) {
    nodes.set(type, (await sim.launch({ type, subnetId: ids6.dual })).instanceId);
  }
  const attach = (NetworkInterfaceId: string, type: (typeof types)[number]) =>
    ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId,
        InstanceId: nodes.get(type),
        DeviceIndex: 1,
        NetworkCardIndex: 0,
      }),
    );
  const fat = sim.world.addEni({ subnetId: ids6.dual, ipv6AddressCount: 2, ipv6PrefixCount: 1 });
  const tooMany = { code: 'PrivateIpAddressLimitExceeded' };
  t.match(await errorOf(attach(fat.id, 't3.micro')), tooMany);
  const slim = sim.world.addEni({ subnetId: ids6.dual, ipv6AddressCount: 1 });
  t.match(await errorOf(attach(slim.id, 'm3.medium')), { message: /IPv6 is not supported .*'m3\.medium'/ });
  await attach(slim.id, 't3.micro');
  const assign = (Ipv6AddressCount: number) =>
    ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId: slim.id, Ipv6AddressCount }));
  t.match(await errorOf(assign(2)), tooMany);
  await assign(1);
  await t.rejects(sim.launch({ type: 'm3.medium', subnetId: ids6.assigning }), { message: /not supported/ });
});

t.test('reservations in an IPv6 CIDR', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const reserve = (Cidr: string, ReservationType: 'explicit' | 'prefix' = 'explicit') =>
    ec2.send(new CreateSubnetCidrReservationCommand({ SubnetId: ids6.dual, Cidr, ReservationType }));
  const half = await reserve(`${dual}8000::/65`);
  t.match(half.SubnetCidrReservation, { Cidr: `${dual}8000::/65`, ReservationType: 'explicit' });
  await reserve(`${dual}4000:0::/68`, 'prefix');
  sim.world.addReservation({ subnetId: ids6.dual, cidr: '10.6.4.64/28', type: 'explicit' });
  const listed = await ec2.send(new GetSubnetCidrReservationsCommand({ SubnetId: ids6.dual }));
  t.same(
    listed.SubnetIpv4CidrReservations?.map(({ Cidr }) => Cidr),
    ['10.6.4.64/28'],
  );
  t.same(listed.SubnetIpv6CidrReservations?.map(({ Cidr }) => Cidr).sort(), [
    `${dual}4000::/68`,
    `${dual}8000::/65`,
  ]);
  t.match(await errorOf(reserve(`${dual}8000::/80`)), { code: 'InvalidSubnetCidrReservation.Overlap' });
  t.match(await errorOf(reserve('2600:1f18:0:605::/80')), { message: /not within/ });
  const parts = Array.from({ length: 100 }, () => {
    const { ipv6Addresses } = sim.world.addEni({ subnetId: ids6.dual, ipv6AddressCount: 1 });
    return Number.parseInt(ipv6Addresses[0]?.split(':')[4] ?? '', 16);
  });
  t.same(
    parts.filter((part) => part >= 0x4000 && part < 0x5000),
    [],
    "EC2's own choice keeps out of reservations",
  );
  t.notOk(parts.some((part) => part >= 0x8000));
  t.ok(new Set(parts).size > 90, 'and is anywhere else');
  const delegated = sim.world.addEni({ subnetId: ids6.dual, ipv6PrefixCount: 3 }).ipv6Prefixes;
  t.ok(
    delegated.every((prefix) => /^2600:1f18:0:604:4[0-9a-f]{3}::\/80$/.test(prefix)),
    String(delegated),
  );
  const named = sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}8000::9`] });
  t.same(named.ipv6Addresses, [`${dual}8000::9`], 'naming one of an explicit reservation is allowed');
  const SubnetCidrReservationId = half.SubnetCidrReservation?.SubnetCidrReservationId;
  await ec2.send(new DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId }));
  await reserve(`${dual}8000::/80`);
});

t.test('an IPv6 subnet that reservations fill has nothing left to give', async (t) => {
  const { sim } = await ipv6World(t);
  const give = (input: object) => () => sim.world.addEni({ subnetId: ids6.native, ...input });
  /** Its upper half, the upper half of the rest, and so on: its first eight addresses are left. */
  for (let length = 65; length <= 125; length++) {
    const first = (ipv6.parse('2600:1f18:0:606::') ?? 0n) + (1n << BigInt(128 - length));
    sim.world.addReservation({
      subnetId: ids6.native,
      cidr: `${ipv6.format(first)}/${length}`,
      type: 'explicit',
    });
  }
  const left = Array.from({ length: 4 }, give({})).flatMap(({ ipv6Addresses }) => ipv6Addresses);
  t.same(
    left.sort(),
    ['4', '5', '6', '7'].map((end) => `2600:1f18:0:606::${end}`),
  );
  t.throws(give({}), { code: 'InsufficientFreeAddressesInSubnet' });
  t.throws(give({ ipv6PrefixCount: 1 }), { code: 'InsufficientCidrBlocks' });
});

t.test('a /64 with 20,000 addresses in use', async (t) => {
  const { sim } = await ipv6World(t, { clock: new VirtualClock(), eniQuota: 100_000 });
  const started = performance.now();
  for (let n = 4; n < 20_000; n++) {
    sim.world.addEni({ subnetId: ids6.native, ipv6Addresses: [`2600:1f18:0:606::${n.toString(16)}`] });
  }
  for (let n = 0; n < 1000; n++) {
    sim.world.addEni({ subnetId: ids6.native, ipv6PrefixCount: 1, ipv6AddressCount: 1 });
  }
  const ms = performance.now() - started;
  t.ok(ms < 5000, `${Math.round(ms)} ms`);
});
