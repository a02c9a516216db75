import {
  CreateSubnetCidrReservationCommand,
  DeleteSubnetCidrReservationCommand,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';
import t from 'tap';
import { errorOf, ids, smallWorld } from './small-world.ts';

t.test('a CIDR reservation comes and goes', async (t) => {
  const { ec2 } = await smallWorld(t);
  const reserve = (Cidr: string) =>
    ec2.send(
      new CreateSubnetCidrReservationCommand({ SubnetId: ids.subnet, Cidr, ReservationType: 'explicit' }),
    );
  const refuses = async (cidr: string, code: string, message: RegExp) =>
    t.match(await errorOf(reserve(cidr)), { code, message }, cidr);
  const { SubnetCidrReservation } = await reserve('10.0.4.128/26');
  await refuses('10.0.4.160/28', 'InvalidSubnetCidrReservation.Overlap', /overlaps/);
  await refuses('10.0.5.0/28', 'InvalidParameterValue', /not within/);
  await refuses('10.0.4.1/28', 'InvalidParameterValue', /10\.0\.4\.1\/28/);
  await refuses('many', 'InvalidParameterValue', /many/);
  const SubnetCidrReservationId = SubnetCidrReservation?.SubnetCidrReservationId;
  const remove = () => ec2.send(new DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId }));
  t.match(await remove(), { DeletedSubnetCidrReservation: { Cidr: '10.0.4.128/26' } });
  t.match(await errorOf(remove()), { code: 'InvalidSubnetCidrReservationID.NotFound' });
  const left = await ec2.send(new GetSubnetCidrReservationsCommand({ SubnetId: ids.subnet }));
  t.same(left.SubnetIpv4CidrReservations, []);
  const elsewhere = new GetSubnetCidrReservationsCommand({ SubnetId: 'subnet-0000000a' });
  t.match(await errorOf(ec2.send(elsewhere)), { code: 'InvalidSubnetID.NotFound' });
});
