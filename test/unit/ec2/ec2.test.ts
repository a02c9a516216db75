import t from 'tap';
import { systemClock } from '../../../agent/clock.ts';
import { explain } from '../../../agent/ec2/explain.ts';
import { Ec2Error } from '../../../agent/ec2/port.ts';
import { withRetry } from '../../../agent/ec2/retry.ts';
import { recordingLog } from '../../recording-log.ts';
import { eniRequest, groupId, simulated, subnetId } from './simulated.ts';

t.test("an ENI's life, by the instance profile's credentials", async (t) => {
  const { ec2, instanceId } = await simulated(t);
  const created = await ec2.createEni(eniRequest({ address: '10.0.4.4' }));
  t.match(created, {
    id: /^eni-/,
    subnetId,
    mac: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
    addresses: ['10.0.4.4'],
    prefixes: [],
    securityGroups: [groupId],
    sourceDestCheck: true,
    tags: { Name: 'eth1', team: 'core*' },
    attachment: undefined,
  });
  const attachmentId = await ec2.attachEni({ eniId: created.id, instanceId, deviceIndex: 1, networkCard: 0 });
  await ec2.setDeleteOnTermination(created.id, attachmentId, true);
  await ec2.setSourceDestCheck(created.id, false);
  const [attached] = await ec2.describeEnis({ attachedTo: instanceId, tags: { Name: 'eth1' } });
  t.match(attached, {
    id: created.id,
    status: 'in-use',
    sourceDestCheck: false,
    attachment: {
      id: attachmentId,
      instanceId,
      deviceIndex: 1,
      networkCard: 0,
      status: 'attached',
      deleteOnTermination: true,
    },
  });
  await ec2.detachEni(attachmentId);
  await ec2.deleteEni(created.id);
  t.strictSame(await ec2.describeEnis({ ids: [created.id] }), [], 'an id that is gone is not an error');
  t.match(ec2.calls(), {
    CreateNetworkInterface: 1,
    ModifyNetworkInterfaceAttribute: 2,
    DescribeNetworkInterfaces: 2,
  });
});

t.test(
  'listings: every page, by address, by tag as it is written, and what is absent left out',
  async (t) => {
    const { sim, ec2 } = await simulated(t, { buckets: false });
    sim.world.addEni({ subnetId, address: '10.0.9.9', secondary: ['10.0.9.10'], tags: { team: 'core*' } });
    sim.world.addEni({ subnetId, address: '10.0.9.11', prefixes: ['10.0.10.0/28'], tags: { team: 'corex' } });
    for (let i = 0; i < 1_001; i += 1) {
      sim.world.addEni({ subnetId });
    }
    const enis = await ec2.describeEnis({ subnetIds: [subnetId] });
    t.equal(new Set(enis.map(({ id }) => id)).size, 1_004);
    t.equal(ec2.calls().DescribeNetworkInterfaces, 2);
    const byAddress = await ec2.describeEnis({
      subnetIds: [subnetId],
      addresses: ['10.0.9.10', '10.0.0.1'],
    });
    t.strictSame(
      byAddress.map(({ addresses }) => addresses),
      [['10.0.9.9', '10.0.9.10']],
    );
    t.equal((await ec2.describeEnis({ tags: { team: 'core*' } })).length, 1, 'no wildcard');
    const byZone = await ec2.describeEnis({
      zone: 'us-east-1a',
      addresses: ['10.0.9.11'],
      subnetIds: [subnetId],
    });
    t.strictSame(byZone[0]?.prefixes, ['10.0.10.0/28']);
    t.match(await ec2.describeSubnets({ ids: [subnetId, 'subnet-22222222'] }), [
      { id: subnetId, vpcId: 'vpc-11111111', zone: 'us-east-1a', cidr: '10.0.0.0/20' },
    ]);
  },
);

t.test('reservations and the limits of a type', async (t) => {
  const { sim, ec2 } = await simulated(t);
  sim.world.addReservation({ subnetId, cidr: '10.0.8.0/24', type: 'explicit' });
  sim.world.addReservation({ subnetId, cidr: '10.0.9.0/24', type: 'prefix' });
  t.strictSame(
    (await ec2.describeReservations(subnetId)).toSorted((a, b) => a.cidr.localeCompare(b.cidr)),
    [
      { subnetId, cidr: '10.0.8.0/24', type: 'explicit' },
      { subnetId, cidr: '10.0.9.0/24', type: 'prefix' },
    ],
  );
  t.strictSame(await ec2.describeType('m5.large'), {
    type: 'm5.large',
    maximumInterfaces: 3,
    cards: [{ index: 0, maximumInterfaces: 3 }],
    addressesPerInterface: { 4: 10, 6: 10 },
  });
  await t.rejects(ec2.describeType('m99.large'), { class: 'notFound', message: /m99\.large/ });
});

t.test('a lost answer may have taken effect: the same token answers with the same ENI', async (t) => {
  const { sim, ec2, signal } = await simulated(t);
  sim.faults.add({ action: 'CreateNetworkInterface', kind: 'lostAnswer' });
  await t.rejects(ec2.createEni(eniRequest({ address: '10.0.4.4' })), {
    class: 'transient',
    code: 'ECONNRESET',
  });
  const { log, warnings } = recordingLog();
  const options = { clock: systemClock, random: () => 0, signal, log, subject: 'create' };
  sim.faults.add({ action: 'CreateNetworkInterface', kind: 'reset' });
  const throttle = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  sim.faults.add({ action: 'CreateNetworkInterface', kind: { error: throttle } });
  const eni = await withRetry(
    (signal) => ec2.createEni(eniRequest({ address: '10.0.4.4' }), signal),
    options,
  );
  t.equal(sim.world.enis.filter(({ addresses }) => addresses[0] === '10.0.4.4').length, 1);
  t.strictSame(eni.addresses, ['10.0.4.4']);
  t.equal(warnings.length, 2, 'one for each class');
});

t.test('an abort is passed on as it is, from a hanging call and before one', async (t) => {
  const { sim, ec2 } = await simulated(t);
  sim.faults.add({ action: 'DescribeSubnets', kind: 'hang' });
  const controller = new AbortController();
  const reason = new Error('the deadline');
  const listing = ec2.describeSubnets({ ids: [subnetId] }, controller.signal);
  while (sim.record.calls.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  controller.abort(reason);
  await t.rejects(listing, reason);
  await t.rejects(ec2.describeSubnets({ ids: [subnetId] }, controller.signal), reason);
  t.equal(ec2.calls().DescribeSubnets, 1, 'what is not sent is not counted');
});

t.test('not permitted: the missing permission and who lacks it', async (t) => {
  const { sim, ec2, instanceId } = await simulated(t, {}, { profile: { roleName: 'node-role' } });
  sim.permissions.deny('CreateTags');
  const error = await ec2.createEni(eniRequest()).catch((reason: unknown) => reason);
  if (!(error instanceof Ec2Error)) {
    throw error;
  }
  t.match(error, { class: 'notPermitted', code: 'UnauthorizedOperation' });
  const context = { subject: 'create an ENI', endpoint: ec2.endpoint, proxy: ec2.proxy };
  const { message, exitCode } = explain(error, context);
  t.equal(exitCode, 4);
  t.match(message, new RegExp(`assumed-role/node-role/${instanceId} is not authorized`));
  t.match(message, /Allow ec2:CreateTags.* in a policy of the role node-role/);
});

t.test('no instance profile: no credentials, and the remedy', async (t) => {
  const { ec2 } = await simulated(t, {}, { profile: null });
  await t.rejects(ec2.describeSubnets({ ids: [subnetId] }), {
    class: 'noCredentials',
    code: 'NoCredentials',
    message: /no instance profile.*associate-iam-instance-profile/,
  });
});

t.test('a clock that is wrong before NTP: EC2 tells the time, and the next try succeeds', async (t) => {
  for (const clockSkew of ['AuthFailure', 'RequestExpired'] as const) {
    for (const hours of [-3, 3]) {
      const epoch = Date.now() - performance.now() + hours * 3_600_000;
      const { ec2, signal } = await simulated(t, { epoch, quirks: { clockSkew } });
      await t.rejects(ec2.describeSubnets({ ids: [subnetId] }), { class: 'clock', code: clockSkew });
      t.equal((await ec2.describeSubnets({ ids: [subnetId] }, signal)).length, 1, `${clockSkew}, ${hours} h`);
    }
  }
});
