import type { Ec2Answer } from './errors.ts';

/** Those after which the same call is not made again. */
export const final: readonly Ec2Answer[] = [
  {
    class: 'notPermitted',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
    exitCodes: [4],
  },
  {
    class: 'invalid',
    code: 'InvalidParameterValue',
    message: 'invalid value for parameter address: X',
    // There it says that the address is not on the ENI, which is as good as off.
    actions: /^(?!Unassign)/,
    exitCodes: [3],
  },
  {
    class: 'limit',
    code: 'NetworkInterfaceLimitExceeded',
    message: 'The maximum number of network interfaces has been reached.',
    actions: /^CreateNetworkInterface/,
    exitCodes: [6],
  },
  {
    class: 'limit',
    code: 'AttachmentLimitExceeded',
    message: 'Interface count 4 exceeds the limit for m5.xlarge',
    actions: /^Attach/,
    exitCodes: [6],
  },
  {
    class: 'limit',
    code: 'TagLimitExceeded',
    message: 'More than 50 tags specified',
    actions: /^CreateTags/,
    exitCodes: [6],
  },
  {
    class: 'notFound',
    code: 'InvalidSubnetID.NotFound',
    message: "The subnet ID 'subnet-0123456789abcdef0' does not exist",
    actions: /^(CreateNetworkInterface|GetSubnetCidrReservations)/,
    exitCodes: [3],
  },
  {
    class: 'unusable',
    code: 'InvalidParameterValue',
    message: "Address is in subnet's reserved address range",
    actions: /^CreateNetworkInterface/,
    exitCodes: [5],
    leeway: 'addresses',
  },
  {
    class: 'full',
    code: 'InsufficientFreeAddressesInSubnet',
    message: 'The specified subnet does not have enough free addresses to satisfy the request.',
    actions: /^CreateNetworkInterface/,
    exitCodes: [5],
  },
  {
    class: 'tokenMismatch',
    code: 'IdempotentParameterMismatch',
    message:
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    actions: /^CreateNetworkInterface/,
    exitCodes: [7],
  },
  {
    class: 'indexTaken',
    code: 'InvalidParameterValue',
    message: "Instance 'i-0123456789abcdef0' already has an interface attached at device index '1'.",
    actions: /^Attach/,
    exitCodes: [6],
    leeway: 'deviceIndexes',
  },
  {
    class: 'eniInUse',
    code: 'InvalidNetworkInterface.InUse',
    message: 'Interface: [eni-0123456789abcdef0] in use.',
    actions: /^Attach/,
    // Of an ENI made beforehand: another node's by now, and there is no other.
    exitCodes: [7, 5],
  },
  {
    class: 'eniInUse',
    code: 'InvalidParameterValue',
    message: "Network interface 'eni-0123456789abcdef0' is currently in use.",
    actions: /^DeleteNetworkInterface/,
    exitCodes: [7],
  },
];
