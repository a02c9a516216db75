import { CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';
import { VirtualClock } from './virtual-clock.ts';

const first = { SubnetId: ids.subnet, PrivateIpAddress: '10.0.4.4', ClientToken: 'one' };

t.test('a client token makes one ENI, with one set of parameters', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const create = (input: object) => ec2.send(new CreateNetworkInterfaceCommand({ ...first, ...input }));
  const made = await create({});
  const again = await create({});
  t.equal(again.NetworkInterface?.NetworkInterfaceId, made.NetworkInterface?.NetworkInterfaceId);
  t.equal(sim.world.enis.length, 1);
  t.match(await errorOf(create({ PrivateIpAddress: '10.0.4.5' })), {
    code: 'IdempotentParameterMismatch',
    message:
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    status: 400,
  });
  t.match(await errorOf(create({ Description: 'other' })), { code: 'IdempotentParameterMismatch' });
  t.match(await errorOf(create({ ClientToken: 'two' })), { code: 'InvalidIPAddress.InUse' });
  t.match(await errorOf(create({ ClientToken: 'x'.repeat(65) })), { code: 'InvalidParameterValue' });
});

t.test('a token that has failed is not used up', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const neighbour = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.4' });
  const create = () => ec2.send(new CreateNetworkInterfaceCommand(first));
  t.match(await errorOf(create()), { code: 'InvalidIPAddress.InUse' });
  sim.world.deleteEni(neighbour.id);
  t.equal((await create()).NetworkInterface?.PrivateIpAddress, '10.0.4.4');
});

t.test('a token outlives its ENI: both readings, and its end', async (t) => {
  for (const deadToken of ['answersWithDeadEni', 'createsAnew'] as const) {
    const clock = new VirtualClock();
    const { sim, ec2 } = await smallWorld(t, { clock, quirks: { deadToken }, tokenMs: 1000 });
    const create = async () => {
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand(first));
      return NetworkInterface?.NetworkInterfaceId ?? '';
    };
    const made = await create();
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: made }));
    const again = await create();
    t.equal(again === made, deadToken === 'answersWithDeadEni', deadToken);
    t.equal(sim.world.enis.length, deadToken === 'answersWithDeadEni' ? 0 : 1);
    clock.advance(1000);
    if (deadToken === 'answersWithDeadEni') {
      t.not(await create(), made, 'a forgotten token makes a new one');
    }
  }
});
