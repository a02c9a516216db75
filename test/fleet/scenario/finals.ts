/** What only someone can heal. */
export const finals = [
  {
    action: 'CreateNetworkInterface',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
  },
  {
    action: 'CreateNetworkInterface',
    code: 'NetworkInterfaceLimitExceeded',
    message: 'The maximum number of network interfaces has been reached.',
    status: 400,
  },
  {
    action: 'AttachNetworkInterface',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
  },
  {
    action: 'AttachNetworkInterface',
    code: 'AttachmentLimitExceeded',
    message: 'Interface count 4 exceeds the limit for m5.xlarge',
    status: 400,
  },
  {
    action: 'ModifyNetworkInterfaceAttribute',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
  },
];
