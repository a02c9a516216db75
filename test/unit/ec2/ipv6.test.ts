import t from 'tap';
import { dualStackId, eniRequest, ipv6OnlyId, simulated, subnetId } from './simulated.ts';

const quirks = ({ code, message }: { code: string; message: string }) => ({
  quirks: { ipv6Taken: { code, message } },
});

t.test(
  'subnets: of each kind the CIDRs that are in use, and what EC2 does without being asked',
  async (t) => {
    const { ec2 } = await simulated(t);
    const subnets = await ec2.describeSubnets({ ids: [subnetId, dualStackId, ipv6OnlyId] });
    t.match(
      new Map(subnets.map(({ id, ...rest }) => [id, rest])),
      new Map<string, object>([
        [subnetId, { cidr: '10.0.0.0/20', ipv6Cidrs: [], assignsIpv6: false }],
        [dualStackId, { cidr: '10.0.16.0/24', ipv6Cidrs: ['2600:1f18:1:4::/64'], assignsIpv6: true }],
        [ipv6OnlyId, { cidr: undefined, ipv6Cidrs: ['2600:1f18:1:6::/64'], assignsIpv6: true }],
      ]),
    );
  },
);

t.test('an IPv6 address is claimed by naming it, chosen by EC2, or left out', async (t) => {
  const { ec2 } = await simulated(t);
  const create = (clientToken: string, given: Parameters<typeof eniRequest>[0]) =>
    ec2.createEni(eniRequest({ subnetId: dualStackId, clientToken, ...given }));
  t.match(await create('named', { address: '10.0.16.9', ipv6Address: '2600:1f18:1:4::9' }), {
    addresses: ['10.0.16.9'],
    ipv6Addresses: ['2600:1f18:1:4::9'],
    vpcId: 'vpc-11111111',
    zone: 'us-east-1a',
  });
  t.match(await create('counted', { ipv6AddressCount: 2 }), {
    ipv6Addresses: { length: 2, 0: /^2600:1f18:1:4:/, 1: /^2600:1f18:1:4:/ },
  });
  t.match(await create('unsaid', {}), { ipv6Addresses: { length: 1 } }, 'as the subnet has it');
  const none = await create('none', { ipv6AddressCount: 0 });
  t.strictSame(none.ipv6Addresses, [], 'a count of 0 is sent, and overrides the subnet');
  t.equal(none.addresses.length, 1);
});

t.test('an IPv6-only subnet: no IPv4 address', async (t) => {
  const { ec2 } = await simulated(t);
  const eni = await ec2.createEni(eniRequest({ subnetId: ipv6OnlyId, ipv6Address: '2600:1f18:1:6::4' }));
  t.match(eni, { addresses: [], ipv6Addresses: ['2600:1f18:1:6::4'] });
  await t.rejects(
    ec2.createEni(eniRequest({ subnetId: ipv6OnlyId, address: '10.0.16.4', clientToken: 'token-2' })),
    { name: 'Ec2Error', class: /^(invalid|unusable)$/ },
    'an end, or the next address',
  );
});

t.test('an IPv6 address that has an owner: taken, whatever EC2 calls it', async (t) => {
  const rows = [
    { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' },
    { code: 'InvalidParameterValue', message: '%s is already assigned.' },
    { code: 'InvalidParameterValue', message: '[%s] assigned, but move is not allowed.' },
  ];
  for (const row of rows) {
    const { ec2 } = await simulated(t, quirks(row));
    const request = { subnetId: dualStackId, ipv6Address: '2600:1f18:1:4::4' };
    await ec2.createEni(eniRequest(request));
    await t.rejects(
      ec2.createEni(eniRequest({ ...request, clientToken: 'token-2' })),
      { name: 'Ec2Error', class: 'taken' },
      row.message,
    );
  }
});

t.test('an IPv6 address that EC2 does not give out, and a subnet that has none', async (t) => {
  const { ec2 } = await simulated(t);
  const rows: [string, string, string][] = [
    ['reserved', dualStackId, '2600:1f18:1:4::3'],
    ['the last', dualStackId, '2600:1f18:1:4:ffff:ffff:ffff:ffff'],
    ['outside', dualStackId, '2600:1f18:1:6::4'],
    ['of a CIDR that is not associated', dualStackId, '2600:1f18:1:5::4'],
  ];
  for (const [title, id, ipv6Address] of rows) {
    await t.rejects(
      ec2.createEni(eniRequest({ subnetId: id, ipv6Address, clientToken: title })),
      { name: 'Ec2Error', class: 'unusable' },
      title,
    );
  }
  for (const given of [{ ipv6Address: '2600:1f18:1:4::4' }, { ipv6AddressCount: 1 }]) {
    await t.rejects(ec2.createEni(eniRequest({ subnetId, ...given })), {
      name: 'Ec2Error',
      class: 'invalid',
      message: /IPv6 CIDR/,
    });
  }
});

t.test('listings: by IPv6 address, with prefixes and reservations', async (t) => {
  const { sim, ec2 } = await simulated(t);
  const asked = { subnetId: dualStackId, ipv6Addresses: ['2600:1f18:1:4::8', '2600:1f18:1:4::9'] };
  const { id } = sim.world.addEni(asked);
  sim.world.addEni({ subnetId: dualStackId, ipv6Prefixes: ['2600:1f18:1:4:1::/80'] });
  const found = await ec2.describeEnis({
    subnetIds: [dualStackId],
    addresses: ['2600:1f18:1:4::9', '2600:1f18:1:4::a'],
  });
  t.match(found, [{ id, ipv6Addresses: ['2600:1f18:1:4::8', '2600:1f18:1:4::9'] }]);
  const all = await ec2.describeEnis({ subnetIds: [dualStackId] });
  t.ok(all.some(({ prefixes }) => prefixes.includes('2600:1f18:1:4:1::/80')));
  sim.world.addReservation({ subnetId: dualStackId, cidr: '2600:1f18:1:4:2::/80', type: 'prefix' });
  sim.world.addReservation({ subnetId: dualStackId, cidr: '10.0.16.64/26', type: 'explicit' });
  t.strictSame(
    (await ec2.describeReservations(dualStackId)).toSorted((a, b) => a.cidr.localeCompare(b.cidr)),
    [
      { subnetId: dualStackId, cidr: '10.0.16.64/26', type: 'explicit' },
      { subnetId: dualStackId, cidr: '2600:1f18:1:4:2::/80', type: 'prefix' },
    ],
  );
});
