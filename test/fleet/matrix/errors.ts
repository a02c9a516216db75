import type { ErrorClass } from '../../../agent/ec2/port.ts';

/** An error that EC2 may answer with, word for word (facts of the EC2 API). */
export interface Ec2Answer {
  class: ErrorClass;
  code: string;
  message: string;
  /** Of HTTP; 400 by default. */
  status?: number;
  /** The actions that may answer so; undefined: all. */
  actions?: RegExp;
  /** Those with which a command may end that meets nothing else. */
  exitCodes: readonly number[];
  /** What of the end state may differ: another address has been found, or another index. */
  leeway?: 'addresses' | 'deviceIndexes';
}

const eniGone = {
  code: 'InvalidNetworkInterfaceID.NotFound',
  message: "The networkInterface ID 'eni-0123456789abcdef0' does not exist",
};

/** Those that time heals. One at least of each class; where actions differ in how they say it, one each. */
export const healing: readonly Ec2Answer[] = [
  {
    class: 'throttled',
    code: 'RequestLimitExceeded',
    message: 'Request limit exceeded.',
    status: 503,
    exitCodes: [7],
  },
  {
    class: 'transient',
    code: 'InternalError',
    message: 'An internal error has occurred',
    status: 500,
    exitCodes: [7],
  },
  {
    class: 'unreachable',
    code: 'HTTP 407',
    message: 'Proxy Authentication Required',
    status: 407,
    exitCodes: [8],
  },
  {
    class: 'clock',
    code: 'RequestExpired',
    message: 'Request has expired.',
    exitCodes: [8],
  },
  {
    class: 'noCredentials',
    code: 'AuthFailure',
    message: 'AWS was not able to validate the provided access credentials',
    status: 401,
    exitCodes: [4],
  },
  {
    class: 'notYet',
    ...eniGone,
    actions: /^(Attach|Modify|CreateTags)/,
    // Of an ENI made beforehand it is final: that one is gone, and another is looked for.
    exitCodes: [7, 5],
  },
  {
    class: 'notYet',
    code: 'IncorrectState',
    message: "Instance 'i-0123456789abcdef0' is not 'running' or 'stopped'",
    actions: /^Attach/,
    exitCodes: [7],
  },
  {
    class: 'notYet',
    code: 'InvalidAttachmentID.NotFound',
    message: "The attachment ID 'eni-attach-0123456789abcdef0' does not exist",
    actions: /^Detach/,
    exitCodes: [7],
  },
];
