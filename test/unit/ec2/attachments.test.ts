import t from 'tap';
import type { Ec2Connection } from '../../../agent/ec2/ec2.ts';
import type { ErrorClass } from '../../../agent/ec2/port.ts';
import { dualStackId, eniRequest, type Simulated, simulated, subnetId } from './simulated.ts';

const error = (errorClass: ErrorClass, code: string) => ({ name: 'Ec2Error', class: errorClass, code });

/** An ENI at device index 1, and its attachment. */
async function attached({ ec2, instanceId }: Simulated): Promise<[eniId: string, attachmentId: string]> {
  const { id } = await ec2.createEni(eniRequest());
  return [id, await ec2.attachEni({ eniId: id, instanceId, deviceIndex: 1, networkCard: 0 })];
}

async function attachmentOf(ec2: Ec2Connection, id: string) {
  return (await ec2.describeEnis({ ids: [id] }))[0]?.attachment;
}

t.test('a second detach: EC2 is to be asked again what is attached', async (t) => {
  const world = await simulated(t, { detachMs: 200 });
  const { ec2, signal } = world;
  const [eniId, attachmentId] = await attached(world);
  await ec2.detachEni(attachmentId);
  await t.rejects(ec2.detachEni(attachmentId), error('notYet', 'IncorrectState'));
  while ((await attachmentOf(ec2, eniId)) !== undefined) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await t.rejects(ec2.detachEni(attachmentId), error('notYet', 'InvalidAttachmentID.NotFound'));
  await t.rejects(
    ec2.setDeleteOnTermination(eniId, attachmentId, true),
    error('notYet', 'InvalidAttachmentID.NotFound'),
  );
});

t.test('what is not to be attached or detached', async (t) => {
  const world = await simulated(t);
  const { sim, ec2, instanceId } = world;
  const primary = (await ec2.describeEnis({ attachedTo: instanceId }))[0]?.attachment?.id ?? '';
  await t.rejects(ec2.detachEni(primary), error('invalid', 'OperationNotPermitted'));

  const [eniId] = await attached(world);
  const other = sim.world.launch({ type: 'm5.large', subnetId }).id;
  const request = { instanceId: other, deviceIndex: 1, networkCard: 0 };
  await t.rejects(ec2.attachEni({ ...request, eniId }), error('eniInUse', 'InvalidNetworkInterface.InUse'));

  const elsewhere = {
    id: 'subnet-77777777',
    vpcId: 'vpc-11111111',
    cidr: '10.0.32.0/24',
    zone: 'us-east-1b',
  };
  sim.world.addSubnet(elsewhere);
  const distant = sim.world.addEni({ subnetId: elsewhere.id }).id;
  await t.rejects(
    ec2.attachEni({ ...request, eniId: distant }),
    error('invalid', 'InvalidParameterCombination'),
  );
});

t.test("an AWS service's ENI is not to be touched, and the credentials are not to blame", async (t) => {
  const { sim, ec2, instanceId } = await simulated(t);
  const { id } = sim.world.addEni({ subnetId, requesterManaged: true });
  const refused = error('invalid', 'AuthFailure');
  await t.rejects(ec2.attachEni({ eniId: id, instanceId, deviceIndex: 1, networkCard: 0 }), refused);
  await t.rejects(ec2.createTags(id, { team: 'core' }), refused);
  await t.rejects(ec2.deleteEni(id), refused);
});

t.test('an instance type without IPv6 is a limit', async (t) => {
  const { ec2, instanceId } = await simulated(t, {}, { type: 'm3.medium' });
  const { id } = await ec2.createEni(eniRequest({ subnetId: dualStackId, ipv6AddressCount: 1 }));
  await t.rejects(
    ec2.attachEni({ eniId: id, instanceId, deviceIndex: 1, networkCard: 0 }),
    error('limit', 'InvalidParameterValue'),
  );
});
