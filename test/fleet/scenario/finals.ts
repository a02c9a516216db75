import { ExitCode } from '../../../agent/failure.ts';

/** What only someone can heal, and the exit code of a run that meets it. */
export const finals = [
  {
    action: 'CreateNetworkInterface',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
    exitCode: ExitCode.notPermitted,
  },
  {
    action: 'CreateNetworkInterface',
    code: 'NetworkInterfaceLimitExceeded',
    message: 'The maximum number of network interfaces has been reached.',
    status: 400,
    exitCode: ExitCode.limit,
  },
  {
    action: 'AttachNetworkInterface',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
    exitCode: ExitCode.notPermitted,
  },
  {
    action: 'AttachNetworkInterface',
    code: 'AttachmentLimitExceeded',
    message: 'Interface count 4 exceeds the limit for m5.xlarge',
    status: 400,
    exitCode: ExitCode.limit,
  },
  {
    action: 'ModifyNetworkInterfaceAttribute',
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
    status: 403,
    exitCode: ExitCode.notPermitted,
  },
];
