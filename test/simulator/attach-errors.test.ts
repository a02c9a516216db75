import { AttachNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';

const missingEni = 'eni-00000000000000000';

t.test('AttachNetworkInterface refuses', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const cards = await sim.launch({ type: 'p4d.24xlarge', subnetId: ids.subnet });
  const pending = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, state: 'pending' });
  const free = sim.world.addEni({ subnetId: ids.subnet });
  const elsewhere = sim.world.addEni({ subnetId: ids.smallSubnet });
  const fat = sim.world.addEni({ subnetId: ids.subnet, secondaryCount: 10 });
  const attach = (NetworkInterfaceId: string, InstanceId: string, DeviceIndex: number, card?: number) =>
    ec2.send(
      new AttachNetworkInterfaceCommand({
        NetworkInterfaceId,
        InstanceId,
        DeviceIndex,
        ...(card === undefined ? {} : { NetworkCardIndex: card }),
      }),
    );
  const refuses = async (name: string, call: Promise<unknown>, code: string, message: string | RegExp) =>
    t.match(await errorOf(call), { code, message, status: 400 }, name);

  await refuses(
    'an ENI that is not there',
    attach(missingEni, node.instanceId, 1),
    'InvalidNetworkInterfaceID.NotFound',
    `The networkInterface ID '${missingEni}' does not exist`,
  );
  await refuses(
    'what is no ENI id',
    attach('eth1', node.instanceId, 1),
    'InvalidNetworkInterfaceId.Malformed',
    'Invalid id: "eth1" (expecting "eni-...")',
  );
  await refuses(
    'an instance that is not there',
    attach(free.id, 'i-0000000a', 1),
    'InvalidInstanceID.NotFound',
    "The instance ID 'i-0000000a' does not exist",
  );
  await refuses(
    'a pending instance',
    attach(free.id, pending.instanceId, 1),
    'IncorrectState',
    `Instance '${pending.instanceId}' is not 'running' or 'stopped'`,
  );
  await refuses(
    'another zone',
    attach(elsewhere.id, node.instanceId, 1),
    'InvalidParameterCombination',
    /zone/,
  );
  await refuses(
    'a taken device index',
    attach(free.id, node.instanceId, 0, 0),
    'InvalidParameterValue',
    `Instance '${node.instanceId}' already has an interface attached at device index '0'.`,
  );
  await refuses(
    'an attached ENI',
    attach(node.primaryEni.id, cards.instanceId, 1, 0),
    'InvalidNetworkInterface.InUse',
    `Interface: [${node.primaryEni.id}] in use.`,
  );
  await refuses(
    'more addresses than the type carries',
    attach(fat.id, node.instanceId, 1, 0),
    'PrivateIpAddressLimitExceeded',
    'Number of private addresses will exceed limit.',
  );
  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, cards.instanceId, 1, 2);
  await refuses(
    'no card, where another card than the first has the index',
    attach(free.id, cards.instanceId, 1),
    'InvalidParameterValue',
    `Instance '${cards.instanceId}' already has an interface attached at device index '1'.`,
  );
  await refuses(
    'a card that is not there',
    attach(free.id, cards.instanceId, 1, 4),
    'InvalidParameterValue',
    /card/,
  );

  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, node.instanceId, 1, 0);
  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, node.instanceId, 2, 0);
  await refuses(
    'more ENIs than the type carries',
    attach(free.id, node.instanceId, 3, 0),
    'AttachmentLimitExceeded',
    'Interface count 4 exceeds the limit for m5.large',
  );
  const small = await sim.launch({ type: 'p5.48xlarge', subnetId: ids.subnet });
  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, small.instanceId, 1, 0);
  await refuses(
    'more ENIs than the network card carries',
    attach(free.id, small.instanceId, 2, 0),
    'AttachmentLimitExceeded',
    'Interface count 3 exceeds the limit for p5.48xlarge',
  );
  await attach(sim.world.addEni({ subnetId: ids.subnet }).id, cards.instanceId, 2);
  const network = await sim.launch({ type: 'c6in.32xlarge', subnetId: ids.subnet });
  for (let index = 0; index < 8; index++) {
    await attach(sim.world.addEni({ subnetId: ids.subnet }).id, network.instanceId, index, 1);
  }
  await refuses(
    'a ninth ENI on the second card, though the first has room',
    attach(free.id, network.instanceId, 8, 1),
    'AttachmentLimitExceeded',
    'Interface count 10 exceeds the limit for c6in.32xlarge',
  );
  await attach(free.id, cards.instanceId, 0, 1);
  t.equal(sim.world.store.eni(free.id).attachment?.networkCard, 1, 'an index is free on every card apart');
});
