import type { Instance, InstanceNetworkInterface } from '@aws-sdk/client-ec2';
import type { Eni, Launch, NodeInstance } from '../claim/facts.ts';
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

/** The same with its state and its own address; throws as `required` does. */
export function toNodeInstance(
  action: string,
  reservationId: string | undefined,
  instance: Instance,
): NodeInstance {
  return {
    ...toLaunch(action, reservationId, instance),
    state: required(action, 'State', instance.State?.Name),
    nodeAddress: instance.PrivateIpAddress || instance.Ipv6Address || undefined,
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
