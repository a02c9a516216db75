import type { Instance, InstanceNetworkInterface } from '@aws-sdk/client-ec2';
import type { Eni, Launch } from '../claim/facts.ts';
import { required, tagsOf, toEni } from './shapes.ts';

/** An instance in a listing of EC2's, with its reservation's id; throws as `required` does. */
export function toLaunch(action: string, reservationId: string | undefined, instance: Instance): Launch {
  const instanceId = required(action, 'InstanceId', instance.InstanceId);
  const zone = required(action, 'AvailabilityZone', instance.Placement?.AvailabilityZone);
  return {
    instanceId,
    zone,
    launchedAt: required(action, 'LaunchTime', instance.LaunchTime).getTime(),
    reservationId: required(action, 'ReservationId', reservationId),
    tags: tagsOf(action, instance.Tags),
    enis: (instance.NetworkInterfaces ?? []).map((eni) => toInstanceEni(action, eni, instanceId, zone)),
  };
}

/** What DescribeInstances leaves out of an ENI is the instance's own; tags it does not tell. */
function toInstanceEni(
  action: string,
  eni: InstanceNetworkInterface,
  InstanceId: string,
  AvailabilityZone: string,
): Eni {
  const { Attachment } = eni;
  return toEni(action, {
    ...eni,
    AvailabilityZone,
    TagSet: [],
    InterfaceType: undefined,
    Attachment: Attachment && { ...Attachment, InstanceId },
  });
}
