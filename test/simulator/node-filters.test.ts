/** DescribeInstances by what an instance's ENIs have. */
import { AssignPrivateIpAddressesCommand, DescribeInstancesCommand, type Filter } from '@aws-sdk/client-ec2';
import t, { type Test } from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import { attachEni } from './model/attachments.ts';
import { modifyEni } from './model/enis.ts';
import type { SimulatorOptions } from './simulator.ts';
import { errorOf, ids } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Two workers, each with an ENI of its own in the dual-stack subnet, and one without. */
async function workers(t: Test, options: SimulatorOptions = {}) {
  const { sim, ec2 } = await ipv6World(t, options);
  const worker = async (address: string, eni?: { address: string; ipv6Addresses?: string[] }) => {
    const { instanceId } = await sim.launch({ type: 'm5.large', subnetId: ids6.dual, address });
    if (eni === undefined) {
      return { instanceId, eniId: '', attachmentId: '' };
    }
    const { id: eniId } = sim.world.addEni({ subnetId: ids6.assigning, tags: { multus: 'true' }, ...eni });
    const request = { eniId, instanceId, deviceIndex: 1, networkCard: 0 };
    return { instanceId, eniId, attachmentId: attachEni(sim.world, request).id };
  };
  const a = await worker('10.6.4.10', { address: '10.6.5.10', ipv6Addresses: ['2600:1f18:0:605::a'] });
  const b = await worker('10.6.4.11', { address: '10.6.5.11' });
  const c = await worker('10.6.4.12');
  const names = new Map([a, b, c].map(({ instanceId }, n) => [instanceId, 'abc'[n]]));
  const instances = async (...filters: [string, ...string[]][]) => {
    const Filters: Filter[] = filters.map(([Name, ...Values]) => ({ Name, Values }));
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  };
  const named = async (...filters: [string, ...string[]][]) =>
    (await instances(...filters))
      .map(({ InstanceId = '' }) => names.get(InstanceId))
      .sort()
      .join('');
  return { sim, ec2, a, b, c, instances, named };
}

t.test('what an ENI of the instance has', async (t) => {
  const { sim, ec2, a, b, named } = await workers(t);
  const macOf = (id: string) => sim.world.store.eni(id).mac;
  const cases: [string, string[], string][] = [
    ['addresses.private-ip-address', ['10.6.5.10'], 'a'],
    ['addresses.private-ip-address', ['10.6.5.1?', '10.6.4.12'], 'abc'],
    ['addresses.private-ip-address', ['10.6.5.1'], ''],
    ['addresses.primary', ['false'], ''],
    ['addresses.primary', ['true'], 'abc'],
    ['private-ip-address', ['10.6.5.11'], 'b'],
    ['ipv6-addresses.ipv6-address', ['2600:1f18:0:605::a'], 'a'],
    ['ipv6-address', ['2600:1f18:0:605::a'], 'a'],
    ['addresses.private-dns-name', ['ip-10-6-5-11.ec2.internal'], 'b'],
    ['subnet-id', [ids6.assigning], 'ab'],
    ['vpc-id', [ids6.vpc], 'abc'],
    ['network-interface-id', [a.eniId, b.eniId], 'ab'],
    ['mac-address', [macOf(b.eniId)], 'b'],
    ['attachment.attachment-id', [a.attachmentId], 'a'],
    ['attachment.device-index', ['1'], 'ab'],
    ['attachment.network-card-index', ['0'], 'abc'],
    ['attachment.delete-on-termination', ['false'], 'ab'],
    ['status', ['in-use'], 'abc'],
    ['tag-key', ['multus'], 'ab'],
    ['tag-value', ['tr*'], 'ab'],
    ['group-name', ['default'], 'abc'],
  ];
  for (const [name, values, wanted] of cases) {
    t.equal(await named([`network-interface.${name}`, ...values]), wanted, `${name} = ${values.join(', ')}`);
  }
  const PrivateIpAddresses = ['10.6.5.200'];
  await ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId: a.eniId, PrivateIpAddresses }));
  t.equal(await named(['network-interface.addresses.private-ip-address', '10.6.5.200']), 'a', 'secondary');
  t.equal(await named(['network-interface.private-ip-address', '10.6.5.200']), '', 'it is not the primary');
  t.equal(await named(['network-interface.addresses.primary', 'false']), 'a');
  t.equal(
    await named(
      ['network-interface.subnet-id', ids6.dual],
      ['network-interface.private-ip-address', '10.6.5.10'],
    ),
    'a',
    'each filter may be met by another of its ENIs',
  );
  t.equal(
    await named(
      ['network-interface.subnet-id', ids.subnet],
      ['network-interface.private-ip-address', '10.6.5.10'],
    ),
    '',
    'and all must be',
  );
  for (const unknown of [
    'network-interface.interface-type',
    'network-interface.addresses',
    'addresses.primary',
  ]) {
    t.match(await errorOf(named([unknown, 'x'])), { code: 'InvalidParameterValue' }, unknown);
  }
});

t.test('which ENIs a listing shows of an instance, and which addresses of them', async (t) => {
  const { sim, a, b, instances, named } = await workers(t);
  const [shown] = await instances(['instance-id', a.instanceId]);
  t.match(
    shown?.NetworkInterfaces?.find(({ NetworkInterfaceId }) => NetworkInterfaceId === a.eniId),
    {
      Attachment: { DeviceIndex: 1, NetworkCardIndex: 0, Status: 'attached' },
      PrivateIpAddress: '10.6.5.10',
      PrivateIpAddresses: [{ PrivateIpAddress: '10.6.5.10', Primary: true }],
      Ipv6Addresses: [{ Ipv6Address: '2600:1f18:0:605::a' }],
    },
  );
  modifyEni(sim.world, b.eniId, { attachmentId: b.attachmentId, deleteOnTermination: true });
  sim.world.stop(a.instanceId);
  sim.world.terminate(b.instanceId);
  t.equal(
    await named(['network-interface.subnet-id', ids6.assigning]),
    'a',
    'stopped: it has its ENIs still',
  );
  t.equal(await named(['instance-state-name', 'stopped', 'terminated']), 'ab');
  const [terminated] = await instances(['instance-id', b.instanceId]);
  t.same(terminated?.NetworkInterfaces, []);
  t.equal(await named(['network-interface.private-ip-address', '10.6.5.11']), '');
});

t.test('a listing that lags shows the former holder, and with that one the instance', async (t) => {
  const clock = new VirtualClock();
  const { ec2, a, b, instances } = await workers(t, { clock, consistencyMs: 1000 });
  clock.advance(1000);
  const holders = async () => {
    const found = await instances(['network-interface.addresses.private-ip-address', '10.6.5.200']);
    return found.map(({ InstanceId }) => InstanceId);
  };
  const take = (eni: { eniId: string }) =>
    ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.eniId,
        PrivateIpAddresses: ['10.6.5.200'],
        AllowReassignment: true,
      }),
    );
  await take(a);
  t.same(await holders(), [], 'nobody yet');
  clock.advance(1000);
  t.same(await holders(), [a.instanceId]);
  await take(b);
  clock.advance(999);
  t.same(await holders(), [a.instanceId], 'the former one');
  clock.advance(1);
  t.same(await holders(), [b.instanceId]);
});
