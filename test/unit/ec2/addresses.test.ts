/** NodePort addresses, as the agent asks EC2 for them: given, taken off, and who holds them. */
import t, { type Test } from 'tap';
import type { ErrorClass, NodeQuery } from '../../../agent/ec2/port.ts';
import type { Quirks } from '../../simulator/model/settings.ts';
import { dualStackId, ipv6OnlyId, simulated, subnetId } from './simulated.ts';

const ipv4 = '10.0.16.200';
const ipv6 = '2600:1f18:1:4::200';

/** Two ENIs that are nobody's. */
async function pair(t: Test, quirks: Partial<Quirks> = {}) {
  const world = await simulated(t, { quirks });
  const [a, b] = [0, 1].map(() => world.sim.world.addEni({ subnetId: dualStackId }).id);
  const held = (id = '') => {
    const { addresses, ipv6Addresses } = world.sim.world.store.eni(id);
    return [...addresses.slice(1), ...ipv6Addresses].filter((each) => each === ipv4 || each === ipv6);
  };
  return { ...world, a: a ?? '', b: b ?? '', held };
}

const error = (errorClass: ErrorClass, action?: string) => ({
  name: 'Ec2Error',
  class: errorClass,
  ...(action && { action }),
});

t.test('what is sent', async (t) => {
  const { sim, ec2, a, held } = await pair(t);
  await ec2.assignAddress(a, ipv4);
  await ec2.assignAddress(a, ipv6);
  t.strictSame(held(a), [ipv4, ipv6]);
  await ec2.unassignAddress(a, ipv4);
  await ec2.unassignAddress(a, ipv6);
  t.strictSame(held(a), []);
  t.strictSame(
    sim.record.writes().map(({ action, params }) => ({ action, params })),
    [
      {
        action: 'AssignPrivateIpAddresses',
        params: { NetworkInterfaceId: a, PrivateIpAddress: [ipv4], AllowReassignment: 'false' },
      },
      { action: 'AssignIpv6Addresses', params: { NetworkInterfaceId: a, Ipv6Addresses: [ipv6] } },
      {
        action: 'UnassignPrivateIpAddresses',
        params: { NetworkInterfaceId: a, PrivateIpAddress: [ipv4] },
      },
      { action: 'UnassignIpv6Addresses', params: { NetworkInterfaceId: a, Ipv6Addresses: [ipv6] } },
    ],
  );
});

t.test('of two that take one over, EC2 lets one', async (t) => {
  for (const address of [ipv4, ipv6]) {
    const { ec2, a, b, held } = await pair(t);
    await ec2.assignAddress(a, address);
    await t.rejects(ec2.assignAddress(b, address), error('taken'), `${address} is taken from nobody`);
    await ec2.unassignAddress(a, address);
    await t.rejects(ec2.unassignAddress(a, address), error('notHeld'), 'the slower one is told');
    await ec2.assignAddress(b, address);
    await t.rejects(ec2.assignAddress(a, address), error('taken'));
    t.strictSame([held(a), held(b)], [[], [address]]);
  }
});

const takenWords: readonly Quirks['ipv6Taken'][] = [
  { code: 'InvalidIPAddress.InUse', message: 'The specified address is already in use.' },
  { code: 'InvalidIPAddress.InUse', message: 'Address %s is in use.' },
  { code: 'InvalidIpv6Address.InUse', message: '%s' },
  { code: 'Resource.AlreadyAssigned', message: 'The specified IPv6 address is already assigned.' },
  { code: 'InvalidParameterValue', message: '[%s] assigned, but move is not allowed.' },
  { code: 'InvalidParameterValue', message: '%s is already assigned.' },
  { code: 'InvalidParameterValue', message: 'The IPv6 addresses [%s] are already in use' },
];
const notHeldWords: readonly Quirks['ipv6NotHeld'][] = [
  {
    code: 'InvalidParameterValue',
    message: 'Some of the specified addresses are not assigned to interface %s',
  },
  { code: 'InvalidParameterValue', message: 'The address is not in use by %s' },
  { code: 'InvalidIPAddress.NotFound', message: 'no such address' },
  { code: 'InvalidIpv6Address.NotAssigned', message: 'not assigned' },
  { code: 'InvalidAddress.NotFound', message: 'not found' },
];

t.test('an IPv6 address that is taken, or not there, however EC2 says it', async (t) => {
  for (const ipv6Taken of takenWords) {
    const { ec2, a, b } = await pair(t, { ipv6Taken });
    await ec2.assignAddress(a, ipv6);
    await t.rejects(ec2.assignAddress(b, ipv6), error('taken', 'AssignIpv6Addresses'), ipv6Taken.message);
  }
  for (const ipv6NotHeld of notHeldWords) {
    const { ec2, a } = await pair(t, { ipv6NotHeld });
    await t.rejects(
      ec2.unassignAddress(a, ipv6),
      error('notHeld', 'UnassignIpv6Addresses'),
      ipv6NotHeld.message,
    );
  }
});

t.test('an answer that was lost: the same again', async (t) => {
  for (const assignOwnAddress of ['accepted', 'refused'] as const) {
    for (const address of [ipv4, ipv6]) {
      const { ec2, a } = await pair(t, { assignOwnAddress });
      await ec2.assignAddress(a, address);
      const again = ec2.assignAddress(a, address);
      const what = `${address} to the ENI that has it: ${assignOwnAddress}`;
      await (assignOwnAddress === 'accepted'
        ? t.resolves(again, what)
        : t.rejects(again, error('taken'), what));
    }
  }
});

t.test('what else may be wrong', async (t) => {
  const { sim, ec2, instanceId, a } = await pair(t);
  const { world } = sim;
  const gone = 'eni-0123456789abcdef0';
  for (const address of [ipv4, ipv6]) {
    await t.rejects(ec2.unassignAddress(gone, address), error('notFound'), 'an ENI that is gone');
    await t.rejects(ec2.assignAddress(gone, address), error('notYet'), 'or that EC2 does not show yet');
    sim.permissions.deny(address === ipv4 ? 'AssignPrivateIpAddresses' : 'AssignIpv6Addresses');
    await t.rejects(ec2.assignAddress(a, address), error('notPermitted'));
    const throttled = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
    sim.faults.add({ kind: { error: throttled } });
    await t.rejects(ec2.unassignAddress(a, address), error('throttled'));
  }
  sim.permissions.allow('AssignPrivateIpAddresses');
  sim.permissions.allow('AssignIpv6Addresses');
  await t.rejects(ec2.assignAddress(a, '10.0.17.4'), error('unusable'), 'outside the subnet');
  await t.rejects(ec2.assignAddress(a, '10.0.16.255'), error('unusable'), 'reserved');
  await t.rejects(ec2.assignAddress(a, '2600:1f18:1:9::4'), error('unusable'));
  await t.rejects(ec2.unassignAddress(a, world.store.eni(a).addresses[0] ?? ''), error('notHeld'), 'primary');

  await ec2.attachEni({ eniId: a, instanceId, deviceIndex: 1, networkCard: 0 });
  for (const start of ['10.0.16.10', '2600:1f18:1:4::10']) {
    const fill = async () => {
      for (let n = 0; n < 10; n += 1) {
        await ec2.assignAddress(a, `${start}${n}`);
      }
      await ec2.assignAddress(a, start);
    };
    await t.rejects(fill(), error('limit'), 'an m5.large has ten for an ENI');
  }
  const service = world.addEni({ subnetId: dualStackId, requesterManaged: true }).id;
  await t.rejects(ec2.assignAddress(service, ipv4), error('invalid'), "an AWS service's");
});

t.test('the instances that hold an address, that are of a group, or that have an ENI', async (t) => {
  const { sim, ec2, instanceId } = await simulated(t, {}, { subnetId, tags: { group: 'a*' } });
  const { world } = sim;
  const other = world.launch({ type: 'm5.large', subnetId, tags: { group: 'ab' } }).id;
  const multus = async (id: string) => {
    const eni = world.addEni({ subnetId: dualStackId });
    await ec2.attachEni({ eniId: eni.id, instanceId: id, deviceIndex: 1, networkCard: 0 });
    return eni.id;
  };
  const [own, others] = [await multus(instanceId), await multus(other)];
  await ec2.assignAddress(others, ipv4);
  await ec2.assignAddress(own, ipv6);
  const found = async (query: NodeQuery) =>
    (await ec2.describeNodes(query)).map((each) => each.instanceId).sort();
  const reservationId = instanceId.replace(/^i-/, 'r-');
  const both = [instanceId, other].sort();
  const cases: readonly [NodeQuery, readonly string[]][] = [
    [{ subnetId: dualStackId, addresses: [ipv4] }, [other]],
    [{ subnetId: dualStackId, addresses: [ipv6] }, [instanceId]],
    [{ subnetId: dualStackId, addresses: ['10.0.16.201'] }, []],
    [{ subnetId: dualStackId, addresses: [ipv4, '10.0.16.201'] }, [other]],
    [{ subnetId: ipv6OnlyId, addresses: [ipv4] }, []],
    [{ subnetId: dualStackId, tag: { key: 'group', value: 'a*' } }, [instanceId]],
    [{ subnetId: dualStackId, tag: { key: 'group', value: 'ab' } }, [other]],
    [{ subnetId: dualStackId, reservationId }, [instanceId]],
    [{ subnetId: ipv6OnlyId, reservationId }, []],
    [{ subnetId: dualStackId, eniIds: [own, others] }, both],
    [{ subnetId: dualStackId, eniIds: [own] }, [instanceId]],
  ];
  for (const [query, wanted] of cases) {
    t.strictSame(await found(query), wanted, JSON.stringify(query));
  }

  const [holder] = await ec2.describeNodes({ subnetId: dualStackId, addresses: [ipv4] });
  const primary = world.store.attachedEnis(other).find(({ attachment }) => attachment?.deviceIndex === 0);
  t.match(holder, { state: 'running', nodeAddress: primary?.addresses[0], tags: { group: 'ab' } });
  const eni = holder?.enis.find(({ id }) => id === others);
  t.match(eni, { subnetId: dualStackId, attachment: { deviceIndex: 1, instanceId: other } });
  t.strictSame(eni?.addresses, world.store.eni(others).addresses, 'the primary first');

  world.stop(other);
  t.match(await ec2.describeNodes({ subnetId: dualStackId, addresses: [ipv4] }), [{ state: 'stopped' }]);
  world.terminate(other);
  t.strictSame(await found({ subnetId: dualStackId, addresses: [ipv4] }), [], 'terminated: its ENIs are not');
  t.strictSame(
    (await ec2.describeEnis({ subnetIds: [dualStackId], addresses: [ipv4] })).map(({ id }) => id),
    [others],
    'left behind, it holds the address still',
  );

  const native = world.launch({
    type: 'm5.large',
    subnetId: ipv6OnlyId,
    ipv6Addresses: ['2600:1f18:1:6::9'],
  });
  const [node] = await ec2.describeNodes({ subnetId: ipv6OnlyId, addresses: ['2600:1f18:1:6::9'] });
  t.match(
    node,
    { instanceId: native.id, nodeAddress: '2600:1f18:1:6::9' },
    'the address of one without IPv4',
  );
});

t.test('a group of more than a page', async (t) => {
  const { sim, ec2 } = await simulated(t, { buckets: false, eniQuota: 10_000 });
  const tags = { group: 'workers' };
  const launched = Array.from(
    { length: 1_001 },
    () => sim.world.launch({ type: 'm5.large', subnetId, tags }).id,
  );
  const found = await ec2.describeNodes({ subnetId, tag: { key: 'group', value: 'workers' } });
  t.strictSame(found.map(({ instanceId }) => instanceId).sort(), launched.sort());
  const asked = sim.record.calls.filter(({ action }) => action === 'DescribeInstances');
  t.equal(asked.length, 2);
});

t.test('a query that EC2 could not answer is not sent', async (t) => {
  const { sim, ec2 } = await simulated(t);
  const many = Array.from({ length: 191 }, (_, n) => `10.0.${n}.4`);
  for (const query of [
    { addresses: many },
    { addresses: [ipv4, ipv6] },
    { addresses: [] },
    { eniIds: many },
  ]) {
    await t.rejects(ec2.describeNodes({ subnetId, ...query }), { name: 'RangeError' });
  }
  t.equal(sim.record.calls.length, 0);
});
