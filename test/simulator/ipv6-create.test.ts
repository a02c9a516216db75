import {
  CreateNetworkInterfaceCommand,
  type CreateNetworkInterfaceCommandInput,
  DescribeNetworkInterfacesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import { errorOf, ids } from './small-world.ts';

const dual = '2600:1f18:0:604:';
const native = '2600:1f18:0:606:';

t.test('an ENI in a dual-stack subnet', async (t) => {
  const { ec2 } = await ipv6World(t);
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: ids6.dual,
      PrivateIpAddress: '10.6.4.4',
      Ipv6Addresses: [{ Ipv6Address: '2600:1F18:0000:0604:0:0:0:0004' }, { Ipv6Address: `${dual}a:0:0:b` }],
      EnablePrimaryIpv6: true,
    }),
  );
  t.match(NetworkInterface, {
    PrivateIpAddress: '10.6.4.4',
    PrivateIpAddresses: [{ PrivateIpAddress: '10.6.4.4', Primary: true }],
    Ipv6Native: false,
    Ipv6Address: `${dual}:4`,
    Ipv6Addresses: [
      { Ipv6Address: `${dual}:4`, IsPrimaryIpv6: true },
      { Ipv6Address: `${dual}a::b`, IsPrimaryIpv6: false },
    ],
    Ipv6Prefixes: undefined,
  });
  const find = async (Name: string, ...Values: string[]) => {
    const Filters = [{ Name, Values }];
    return (await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces ?? [];
  };
  t.match(await find('ipv6-addresses.ipv6-address', `${dual}a::b`, `${dual}:5`), [
    { NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId },
  ]);
  t.same(await find('ipv6-addresses.ipv6-address', `${dual}:5`), []);
});

t.test('an ENI gets the IPv6 addresses that the call and the subnet say', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const given = async (input: CreateNetworkInterfaceCommandInput) => {
    const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand(input));
    const eni = sim.world.store.eni(NetworkInterface?.NetworkInterfaceId ?? '');
    return [eni.addresses.length, eni.ipv6Addresses.length, eni.ipv6Prefixes.length];
  };
  t.same(await given({ SubnetId: ids.subnet }), [1, 0, 0]);
  t.same(await given({ SubnetId: ids6.dual }), [1, 0, 0]);
  t.same(await given({ SubnetId: ids6.dual, Ipv6AddressCount: 3 }), [1, 3, 0]);
  t.same(await given({ SubnetId: ids6.dual, Ipv6PrefixCount: 2 }), [1, 0, 2]);
  t.same(await given({ SubnetId: ids6.assigning }), [1, 1, 0]);
  t.same(await given({ SubnetId: ids6.assigning, Ipv6AddressCount: 0 }), [1, 0, 0]);
  t.same(await given({ SubnetId: ids6.assigning, Ipv6AddressCount: 2 }), [1, 2, 0]);
  t.same(
    await given({ SubnetId: ids6.assigning, Ipv6Prefixes: [{ Ipv6Prefix: '2600:1f18:0:605:1::/80' }] }),
    [1, 0, 1],
  );
  t.same(await given({ SubnetId: ids6.native }), [0, 1, 0]);
  t.same(await given({ SubnetId: ids6.native, Ipv6AddressCount: 2 }), [0, 2, 0]);
  t.same(await given({ SubnetId: ids6.native, Ipv6PrefixCount: 1 }), [0, 0, 1]);
});

t.test('an ENI in an IPv6-only subnet has nothing of IPv4', async (t) => {
  const { ec2 } = await ipv6World(t);
  const Ipv6Addresses = [{ Ipv6Address: `${native}:4` }];
  await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: ids6.native, Ipv6Addresses }));
  const Filters = [{ Name: 'subnet-id', Values: [ids6.native] }];
  const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  const [eni] = NetworkInterfaces ?? [];
  t.match(eni, { Ipv6Native: true, Ipv6Addresses: [{ Ipv6Address: `${native}:4` }] });
  t.same([eni?.PrivateIpAddress, eni?.PrivateDnsName], [undefined, undefined]);
  t.same(eni?.PrivateIpAddresses, []);
});

t.test('CreateNetworkInterface refuses of IPv6', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}:9`], ipv6Prefixes: [`${dual}1::/80`] });
  sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}:a`], hidden: true });
  sim.world.addReservation({ subnetId: ids6.dual, cidr: `${dual}2::/80`, type: 'prefix' });
  const inUse = { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' };
  const reserved = {
    code: 'InvalidParameterValue',
    message: "Address is in subnet's reserved address range",
  };
  const value = 'InvalidParameterValue';
  const outside = { code: value, message: "Address does not fall within the subnet's address range" };
  const named = (Ipv6Address: string) => ({ Ipv6Addresses: [{ Ipv6Address }] });
  const prefix = (Ipv6Prefix: string) => ({ Ipv6Prefixes: [{ Ipv6Prefix }] });
  const cases: [
    string,
    Partial<CreateNetworkInterfaceCommandInput>,
    { code: string; message: string | RegExp },
  ][] = [
    ['an address that is taken', named(`${dual}:9`), inUse],
    ['the same in another form', named(`${dual}0:0:0:0009`), inUse],
    ["a hidden neighbour's", named(`${dual}:a`), inUse],
    ['the first address of a delegated prefix', named(`${dual}1::`), inUse],
    ['the last address of a delegated prefix', named(`${dual}1:ffff:ffff:ffff`), inUse],
    ['a prefix that is taken', prefix(`${dual}1::/80`), { code: inUse.code, message: /prefix/ }],
    ['a prefix with a taken address in it', prefix(`${dual}:/80`), { code: inUse.code, message: /prefix/ }],
    ['the network address', named(`${dual}:`), reserved],
    ['the fourth address', named(`${dual}:3`), reserved],
    ['the last address', named(`${dual}ffff:ffff:ffff:ffff`), reserved],
    ['an address of another subnet', named('2600:1f18:0:605::9'), outside],
    ['a prefix of another subnet', prefix('2600:1f18:0:605:1::/80'), outside],
    ['an IPv4 address', named('10.6.4.9'), { code: value, message: /address: 10\.6\.4\.9/ }],
    ['what is no address', named('2600::g'), { code: value, message: /address: 2600::g/ }],
    ['a zone', named('fe80::1%eth0'), { code: value, message: /address: fe80/ }],
    ['a prefix of another length', prefix(`${dual}4::/96`), { code: value, message: /4::\/96/ }],
    ['a prefix with host bits', prefix(`${dual}4::1/80`), { code: value, message: /4::1\/80/ }],
    ['an address reserved for prefixes', named(`${dual}2::1`), { code: value, message: /for prefixes/ }],
    [
      'addresses and a count',
      { ...named(`${dual}:b`), Ipv6AddressCount: 1 },
      { code: 'InvalidParameterCombination', message: /may not be specified on the same request/ },
    ],
    [
      'a count and prefixes',
      { Ipv6AddressCount: 1, Ipv6PrefixCount: 1 },
      { code: value, message: /can only specify one of/ },
    ],
    ['too many', { Ipv6AddressCount: 51 }, { code: value, message: /51 .*Ipv6AddressCount/ }],
    ['a primary without any', { EnablePrimaryIpv6: true }, { code: value, message: /EnablePrimaryIpv6/ }],
    [
      'IPv6 in an IPv4-only subnet',
      { SubnetId: ids.subnet, ...named(`${dual}:b`) },
      { code: value, message: /does not have an IPv6 CIDR/ },
    ],
    [
      'IPv6 prefixes in an IPv4-only subnet',
      { SubnetId: ids.subnet, Ipv6PrefixCount: 1 },
      { code: value, message: /does not have an IPv6 CIDR/ },
    ],
    ...[
      { PrivateIpAddress: '10.6.4.9' },
      { PrivateIpAddresses: [{ PrivateIpAddress: '10.6.4.9' }] },
      { SecondaryPrivateIpAddressCount: 1 },
      { Ipv4PrefixCount: 1 },
    ].map((input): (typeof cases)[number] => [
      `${Object.keys(input)} in an IPv6-only subnet`,
      { SubnetId: ids6.native, ...input },
      { code: value, message: /IPv6-only/ },
    ]),
    [
      'no address at all in an IPv6-only subnet',
      { SubnetId: ids6.native, Ipv6AddressCount: 0 },
      { code: value, message: /needs an IPv6 address/ },
    ],
  ];
  const before = sim.world.enis.length;
  const free = sim.world.subnet(ids6.dual).pool.available;
  for (const [name, input, wanted] of cases) {
    const command = new CreateNetworkInterfaceCommand({ SubnetId: ids6.dual, ...input });
    t.match(await errorOf(ec2.send(command)), { ...wanted, status: 400 }, name);
  }
  t.equal(sim.world.enis.length, before, 'nothing has been made');
  t.equal(sim.world.subnet(ids6.dual).pool.available, free, 'and no IPv4 address is lost');
});

t.test('both readings of what AWS does not document about IPv6', async (t) => {
  const { sim, ec2 } = await ipv6World(t, {
    quirks: {
      ipv6Taken: { code: 'InvalidParameterValue', message: '%s is already assigned.' },
      ipv6OnlyWithoutAddress: 'accepted',
    },
  });
  sim.world.addEni({ subnetId: ids6.dual, ipv6Addresses: [`${dual}:9`, `${dual}:a`] });
  const taken = new CreateNetworkInterfaceCommand({
    SubnetId: ids6.dual,
    Ipv6Addresses: ['0:0:0:9', ':7', ':a'].map((end) => ({ Ipv6Address: dual + end })),
  });
  t.match(await errorOf(ec2.send(taken)), {
    code: 'InvalidParameterValue',
    message: `${dual}:9, ${dual}:a is already assigned.`,
  });
  const bare = new CreateNetworkInterfaceCommand({ SubnetId: ids6.native, Ipv6AddressCount: 0 });
  t.same((await ec2.send(bare)).NetworkInterface?.Ipv6Addresses, []);
});
