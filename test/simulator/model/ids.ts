import { ApiError } from './api-error.ts';

const malformedCodes: Record<string, string> = {
  eni: 'InvalidNetworkInterfaceId.Malformed',
  subnet: 'InvalidSubnetID.Malformed',
  sg: 'InvalidGroupId.Malformed',
  i: 'InvalidInstanceID.Malformed',
  vpc: 'InvalidVpcID.Malformed',
  'eni-attach': 'InvalidNetworkInterfaceAttachmentId.Malformed',
  scr: 'InvalidSubnetCidrReservationID.Malformed',
};

/** Answers the id, or throws if it has not the form of such an id: EC2 says so before it looks for it. */
export function idOf(kind: keyof typeof malformedCodes & string, id: string): string {
  if (new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) return id;
  throw new ApiError(malformedCodes[kind] ?? 'InvalidID', `Invalid id: "${id}" (expecting "${kind}-...")`);
}
