import {
  AssignPrivateIpAddressesCommand,
  DeleteNetworkInterfaceCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { attachEni } from './model/attachments.ts';
import { errorOf, ids, smallWorld } from './small-world.ts';

t.test('the other writes refuse', async (t) => {
  const { sim, ec2 } = await smallWorld(t);
  const node = await sim.launch({ type: 'm5.large', subnetId: ids.subnet, address: '10.0.4.10' });
  const eni = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.20', secondary: ['10.0.4.21'] });
  const other = sim.world.addEni({ subnetId: ids.subnet, address: '10.0.4.30', secondary: ['10.0.4.31'] });
  const service = sim.world.addEni({ subnetId: ids.subnet, requesterManaged: true });
  const primaryId = node.primaryEni.id;
  const refuses = async (name: string, call: Promise<unknown>, code: string, message: string | RegExp) =>
    t.match(await errorOf(call), { code, message }, name);

  await refuses(
    'deleting an attached ENI',
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: primaryId })),
    'InvalidParameterValue',
    `Network interface '${primaryId}' is currently in use.`,
  );
  await refuses(
    "deleting an AWS service's ENI",
    ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: service.id })),
    'AuthFailure',
    /permission/,
  );
  await refuses(
    'detaching the primary',
    ec2.send(
      new DetachNetworkInterfaceCommand({ AttachmentId: sim.world.store.eni(primaryId).attachment?.id }),
    ),
    'OperationNotPermitted',
    /device index 0/,
  );
  const { attachment } = sim.world.store.eni(service.id);
  await refuses(
    "detaching an AWS service's ENI",
    ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: attachment?.id })),
    'OperationNotPermitted',
    "You are not allowed to manage 'ela-attach' attachments.",
  );
  t.match(attachment, { id: /^ela-attach-[0-9a-f]{17}$/, instanceId: undefined, status: 'attached' });
  await refuses(
    'detaching what is not attached',
    ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: 'eni-attach-0000000a' })),
    'InvalidAttachmentID.NotFound',
    /does not exist/,
  );
  await refuses(
    'two attributes in a call',
    ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni.id,
        SourceDestCheck: { Value: false },
        Description: { Value: 'x' },
      }),
    ),
    'InvalidParameterCombination',
    /SourceDestCheck, Description/,
  );
  const assign = (addresses: string[], AllowReassignment: boolean) =>
    ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: addresses,
        AllowReassignment,
      }),
    );
  await refuses(
    "others' addresses, all named",
    assign(['10.0.4.30', '10.0.4.40', '10.0.4.31'], false),
    'InvalidParameterValue',
    '[10.0.4.30, 10.0.4.31] assigned, but move is not allowed.',
  );
  await refuses(
    'a primary address, which never moves',
    assign(['10.0.4.31', '10.0.4.30'], true),
    'InvalidParameterValue',
    '[10.0.4.30] assigned, but move is not allowed.',
  );
  t.same(sim.world.store.eni(other.id).addresses, ['10.0.4.30', '10.0.4.31'], 'all or nothing');
  const count = { NetworkInterfaceId: primaryId, SecondaryPrivateIpAddressCount: 10 };
  await refuses(
    'more addresses than the type carries',
    ec2.send(new AssignPrivateIpAddressesCommand(count)),
    'PrivateIpAddressLimitExceeded',
    'Number of private addresses will exceed limit.',
  );
  const prefixes = new AssignPrivateIpAddressesCommand({
    NetworkInterfaceId: eni.id,
    Ipv4Prefixes: ['10.0.4.64/28', '10.0.4.64/28'],
  });
  await refuses('a prefix twice', ec2.send(prefixes), 'InvalidIPAddress.InUse', /10\.0\.4\.64\/28/);
  await refuses(
    'unassigning what the ENI has not',
    ec2.send(
      new UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: ['10.0.4.31'],
      }),
    ),
    'InvalidParameterValue',
    /not assigned/,
  );
  await refuses(
    'unassigning a primary',
    ec2.send(
      new UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: eni.id,
        PrivateIpAddresses: ['10.0.4.20'],
      }),
    ),
    'InvalidParameterValue',
    /Primary/,
  );
});

t.test('detaching twice', async (t) => {
  const { sim, ec2 } = await smallWorld(t, { detachMs: 60_000 });
  const { instanceId } = await sim.launch({ type: 'm5.large', subnetId: ids.subnet });
  const eni = sim.world.addEni({ subnetId: ids.subnet });
  const { id } = attachEni(sim.world, { eniId: eni.id, instanceId, deviceIndex: 1, networkCard: 0 });
  await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: id }));
  t.match(await errorOf(ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: id }))), {
    code: 'IncorrectState',
    message: new RegExp(id),
  });
});
