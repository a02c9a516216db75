/** How late IMDS hears of addresses that an ENI is given, or loses. */
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { ids6, ipv6World } from './ipv6-world.ts';
import { attachEni, detachEni } from './model/attachments.ts';
import { errorOf } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

t.test('addresses become known late, and linger as long', async (t) => {
  const clock = new VirtualClock();
  const { sim, ec2 } = await ipv6World(t, { clock, imdsLagMs: 100, imdsAddressesMs: 1000 });
  const node = await sim.launch({ type: 'm5.large', subnetId: ids6.dual, address: '10.6.4.10' });
  const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
  const token = await (await fetch(`${node.imdsUrl}/latest/api/token`, { method: 'PUT', headers })).text();
  const eni = sim.world.addEni({ subnetId: ids6.dual, address: '10.6.4.11' });
  const known = async (mac = eni.mac) => {
    const lists = ['local-ipv4s', 'ipv6s'].map(async (key) => {
      const path = `/latest/meta-data/network/interfaces/macs/${mac}/${key}`;
      const response = await fetch(node.imdsUrl + path, {
        headers: { 'x-aws-ec2-metadata-token': token },
      });
      return response.status === 404 ? [] : (await response.text()).split('\n');
    });
    return (await Promise.all(lists)).flat();
  };
  const request = { eniId: eni.id, instanceId: node.instanceId, deviceIndex: 1, networkCard: 0 };
  const { id: attachmentId } = attachEni(sim.world, request);
  t.same(await known(), [], 'not attached yet, as far as IMDS knows');
  clock.advance(100);
  t.same(await known(), ['10.6.4.11'], 'an attached ENI is known with its addresses');

  const NetworkInterfaceId = eni.id;
  const PrivateIpAddresses = ['10.6.4.200'];
  const Ipv6Addresses = ['2600:1f18:0:604::200'];
  await ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses }));
  await ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses }));
  clock.advance(1099);
  t.same(await known(), ['10.6.4.11']);
  clock.advance(1);
  t.same(await known(), ['10.6.4.11', ...PrivateIpAddresses, ...Ipv6Addresses]);
  await ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses }));
  await ec2.send(new UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses }));
  clock.advance(1099);
  t.same(await known(), ['10.6.4.11', ...PrivateIpAddresses, ...Ipv6Addresses], 'it has them no more');
  clock.advance(1);
  t.same(await known(), ['10.6.4.11']);
  t.same(await known(node.primaryEni.mac), ['10.6.4.10']);

  detachEni(sim.world, attachmentId);
  clock.advance(100);
  t.same(await known(), []);
  await ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses }));
  t.same(sim.world.store.eni(eni.id).addresses, ['10.6.4.11', '10.6.4.200'], 'one that is detached');
});

t.test('taking off what the ENI does not hold', async (t) => {
  const { sim, ec2 } = await ipv6World(t);
  const [holder, other] = ['10.6.4.10', '10.6.4.11'].map((address) =>
    sim.world.addEni({
      subnetId: ids6.dual,
      address,
      ...(address === '10.6.4.10'
        ? { secondary: ['10.6.4.200', '10.6.4.201'], ipv6Addresses: ['2600:1f18:0:604::200'] }
        : {}),
    }),
  );
  const before = JSON.stringify(sim.world.enis);
  const unassign = (NetworkInterfaceId = '', ...PrivateIpAddresses: string[]) =>
    errorOf(ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses })));
  const notHeld = (id = '') => ({
    code: 'InvalidParameterValue',
    message: `Some of the specified addresses are not assigned to interface ${id}`,
  });
  t.match(await unassign(other?.id, '10.6.4.200'), notHeld(other?.id), "another's");
  t.match(await unassign(holder?.id, '10.6.4.202'), notHeld(holder?.id), "nobody's");
  t.match(await unassign(holder?.id, '10.6.4.200', '10.6.4.202'), notHeld(holder?.id), 'all or nothing');
  t.match(await unassign(holder?.id, '10.6.4.10'), { message: /^Primary address 10.6.4.10 / });
  t.match(await unassign('eni-00000000', '10.6.4.200'), { code: 'InvalidNetworkInterfaceID.NotFound' });
  const unassign6 = () =>
    errorOf(
      ec2.send(
        new UnassignIpv6AddressesCommand({
          NetworkInterfaceId: other?.id,
          Ipv6Addresses: ['2600:1f18:0:604::200'],
        }),
      ),
    );
  t.match(await unassign6(), notHeld(other?.id));
  sim.world.settings.quirks.ipv6NotHeld = { code: 'InvalidIpv6Address.NotFound', message: 'not on %s' };
  t.match(await unassign6(), { code: 'InvalidIpv6Address.NotFound', message: `not on ${other?.id}` });
  t.equal(JSON.stringify(sim.world.enis), before, 'nothing has changed');
});
