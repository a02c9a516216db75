import t from 'tap';
import { classify } from '../../../agent/ec2/classify.ts';
import { Ec2Error, type ErrorClass } from '../../../agent/ec2/port.ts';
import { ExitCode, Failure } from '../../../agent/failure.ts';

/** An error as the SDK throws it for an answer of EC2. */
function answer(code: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode } });
}

/** An error as Node throws it, with the `$metadata` that the SDK adds to it. */
function broken(code: string, message = `connect ${code} 10.0.0.1:443`, more: object = {}): Error {
  return Object.assign(new Error(message), { code, $metadata: { attempts: 1 } }, more);
}

const now = Date.UTC(2026, 10, 20);
const create = 'CreateNetworkInterface';
const attach = 'AttachNetworkInterface';
const detach = 'DetachNetworkInterface';
const modify = 'ModifyNetworkInterfaceAttribute';
const assignIpv6 = 'AssignIpv6Addresses';

const answers: readonly [ErrorClass, action: string, code: string, message: string, status?: number][] = [
  ['taken', create, 'InvalidIPAddress.InUse', 'The specified address is already in use.'],
  ['taken', create, 'InvalidIPAddress.InUse', 'Address 10.0.4.4 is in use.'],
  ['taken', create, 'InvalidParameterValue', 'Address 10.0.4.4 is in use.'],
  ['taken', create, 'InvalidParameterValue', '10.0.4.4 is already assigned.'],
  [
    'taken',
    'AssignPrivateIpAddresses',
    'InvalidParameterValue',
    '[10.0.4.4, 10.0.4.5] assigned, but move is not allowed.',
  ],
  ['taken', create, 'Resource.AlreadyAssigned', 'The specified private IP address is already assigned.'],
  // How EC2 says it of IPv6 is not known.
  ['taken', create, 'InvalidIPAddress.InUse', 'Address 2600:1f18:1:4::4 is in use.'],
  ['taken', assignIpv6, 'InvalidParameterValue', '[2600:1f18:1:4::4] assigned, but move is not allowed.'],
  ['taken', create, 'InvalidParameterValue', '2600:1f18:1:4::4 is already assigned to eni-1'],
  ['taken', create, 'InvalidParameterValue', 'The IPv6 addresses [2600:1f18:1:4::4] are already in use'],
  [
    'unusable',
    create,
    'InvalidParameterValue',
    "Address 2600:1f18:1:6::4 is not within the subnet's IPv6 CIDR block",
  ],
  ['unusable', create, 'InvalidParameterValue', 'IPv6 address 2600:1f18:1:6::4 is outside the CIDR range'],
  ['unusable', create, 'InvalidParameterValue', 'The IPv6 address 2600:1f18:1:4:: is reserved'],
  [
    'unusable',
    create,
    'InvalidParameterValue',
    'Address 10.0.4.16 is in a subnet CIDR reservation for prefixes.',
  ],
  ['unusable', create, 'InvalidParameterValue', "Address is in subnet's reserved address range"],
  ['unusable', create, 'InvalidParameterValue', "Address does not fall within the subnet's address range"],
  ['invalid', create, 'InvalidParameterValue', 'invalid value for parameter address: 10.0.4'],
  ['invalid', create, 'InvalidParameterValue', 'invalid value for parameter address: 2600:1f18'],
  [
    'invalid',
    create,
    'InvalidParameterValue',
    "The subnet 'subnet-1' does not have an IPv6 CIDR block associated with it",
  ],
  [
    'invalid',
    create,
    'InvalidParameterCombination',
    'PrivateIpAddress may not be specified for an IPv6-only subnet',
  ],
  [
    'invalid',
    create,
    'InvalidParameterCombination',
    'IPv6 addresses and IPv6 address count may not be specified on the same request',
  ],
  [
    'invalid',
    create,
    'InvalidParameter',
    'Security group sg-1 and subnet subnet-1 belong to different networks.',
  ],
  [
    'full',
    create,
    'InsufficientFreeAddressesInSubnet',
    'The specified subnet does not have enough free addresses to satisfy the request.',
  ],
  ['full', create, 'InsufficientCidrBlocks', 'There are not enough free cidr blocks.'],
  ['limit', create, 'PrivateIpAddressLimitExceeded', 'Number of private addresses will exceed limit.'],
  ['limit', create, 'InvalidInterface.IpAddressLimitExceeded', 'Too many private addresses.'],
  ['limit', assignIpv6, 'InvalidParameterValue', 'Number of IPv6 addresses will exceed limit.'],
  ['limit', attach, 'UnsupportedOperation', 'IPv6 addresses are not supported on m3.medium'],
  ['limit', attach, 'InvalidParameterValue', "IPv6 is not supported for the instance type 'm3.medium'"],
  ['limit', attach, 'Unsupported', "The instance type 't2.micro' doesn't support IPv6-only subnets"],
  ['limit', 'CreateTags', 'TagLimitExceeded', 'More than 50 tags specified'],
  [
    'invalid',
    'CreateTags',
    'InvalidParameterValue',
    "Tag value exceeds the maximum length of 256 characters ('x')",
  ],
  ['limit', attach, 'AttachmentLimitExceeded', 'Interface count 4 exceeds the limit for m5.large'],
  ['limit', create, 'NetworkInterfaceLimitExceeded', 'You have reached your quota.'],
  [
    'indexTaken',
    attach,
    'InvalidParameterValue',
    "Instance 'i-1' already has an interface attached at device index '1'.",
  ],
  ['eniInUse', attach, 'InvalidNetworkInterface.InUse', 'Interface: [eni-1] in use.'],
  [
    'eniInUse',
    'DeleteNetworkInterface',
    'InvalidParameterValue',
    "Network interface 'eni-1' is currently in use.",
  ],
  // Made beforehand, and another node's by now, or not let go yet.
  ['eniInUse', attach, 'IncorrectState', "The network interface 'eni-1' is not 'available'"],
  [
    'invalid',
    attach,
    'InvalidParameterCombination',
    'You may not attach a network interface to an instance if they are not in the same availability zone',
  ],
  ['notYet', attach, 'IncorrectState', "Network interface 'eni-1': instance 'i-1' is not 'running'"],
  ['notYet', attach, 'InvalidNetworkInterface.NotFound', 'The specified network interface does not exist'],
  [
    'notYet',
    'CreateTags',
    'InvalidNetworkInterfaceID.NotFound',
    "The networkInterface ID 'eni-1' does not exist",
  ],
  [
    'notFound',
    'DeleteTags',
    'InvalidNetworkInterfaceID.NotFound',
    "The networkInterface ID 'eni-1' does not exist",
  ],
  ['invalid', 'CreateTags', 'InvalidID', "The ID 'x' is not valid"],
  ['notYet', attach, 'InvalidNetworkInterfaceID.NotFound', "The networkInterface ID 'eni-1' does not exist"],
  [
    'notFound',
    'DeleteNetworkInterface',
    'InvalidNetworkInterfaceID.NotFound',
    "The networkInterface ID 'eni-1' does not exist",
  ],
  ['notYet', attach, 'InvalidInstanceID.NotFound', "The instance ID 'i-1' does not exist"],
  ['notYet', attach, 'IncorrectState', "Instance 'i-1' is not 'running' or 'stopped'"],
  ['notFound', create, 'InvalidSubnetID.NotFound', "The subnet ID 'subnet-1' does not exist"],
  ['notFound', create, 'InvalidGroup.NotFound', "The security group 'sg-1' does not exist"],
  // Just attached and not visible yet, or gone: the next look at the ENI tells.
  ['notYet', detach, 'InvalidAttachmentID.NotFound', "The attachment ID 'eni-attach-1' does not exist"],
  ['notYet', modify, 'InvalidAttachmentID.NotFound', "The attachment ID 'eni-attach-1' does not exist"],
  ['notYet', detach, 'IncorrectState', "Network interface attachment 'eni-attach-1' is detaching"],
  ['throttled', create, 'RequestLimitExceeded', 'Request limit exceeded.', 503],
  ['throttled', create, 'Throttling', 'Rate exceeded'],
  ['throttled', create, 'Whatever', 'slow down', 429],
  ['notPermitted', create, 'UnauthorizedOperation', 'You are not authorized to perform this operation.', 403],
  ['notPermitted', create, 'OptInRequired', 'You are not subscribed to this service.', 401],
  ['invalid', detach, 'OperationNotPermitted', "You are not allowed to manage 'ela-attach' attachments."],
  [
    'invalid',
    detach,
    'OperationNotPermitted',
    'The network interface at device index 0 and networkCard index 0 cannot be detached.',
  ],
  ['invalid', detach, 'AuthFailure', 'You do not have permission to access the specified resource.'],
  [
    'invalid',
    'DescribeNetworkInterfaces',
    'OperationNotPermitted',
    'The request would return too many network interfaces',
  ],
  ['tokenMismatch', create, 'IdempotentParameterMismatch', 'The token was used with other parameters'],
  ['clock', create, 'RequestExpired', 'Request has expired.'],
  ['clock', create, 'AuthFailure', 'AWS was not able to validate: signature not yet current: 2026', 401],
  ['clock', create, 'SignatureDoesNotMatch', 'Signature expired: 20260101T000000Z is now earlier than', 403],
  ['noCredentials', create, 'SignatureDoesNotMatch', 'The request signature we calculated differs', 403],
  [
    'noCredentials',
    create,
    'AuthFailure',
    'AWS was not able to validate the provided access credentials',
    401,
  ],
  ['noCredentials', create, 'ExpiredToken', 'The security token included in the request is expired'],
  ['noCredentials', create, 'MissingAuthenticationToken', 'Request is missing Authentication Token', 403],
  ['transient', create, 'InternalError', 'An internal error has occurred', 500],
  ['transient', create, 'Unavailable', 'The server is overloaded and cannot handle the request.', 503],
  ['transient', create, 'SomethingNew', 'oh', 500],
  ['transient', create, 'Unknown', 'Unknown', 502],
  ['transient', create, 'SyntaxError', 'unexpected end of input', 200],
  ['unreachable', create, 'Unknown', 'Unknown', 407],
  ['invalid', create, 'InvalidParameterCombination', 'The parameters cannot be combined'],
];

t.test("EC2's errors, by code and message", (t) => {
  for (const [errorClass, action, code, message, status] of answers) {
    t.equal(classify(action, answer(code, message, status), now).class, errorClass, `${code}: ${message}`);
  }
  t.end();
});

t.test('AuthFailure is the clock where the Date of the answer is far from it, whatever its words', (t) => {
  const classOf = (code: string, date: string | undefined) => {
    const response = { $response: { headers: date === undefined ? {} : { date } } };
    const error = answer(code, 'AWS was not able to validate the provided access credentials', 401);
    return classify(create, Object.assign(error, response), now).class;
  };
  const at = (offset: number) => new Date(now + offset).toUTCString();
  t.equal(classOf('AuthFailure', at(3_600_000)), 'clock');
  t.equal(classOf('AuthFailure', at(-301_000)), 'clock');
  t.equal(classOf('AuthFailure', at(299_000)), 'noCredentials');
  t.equal(classOf('AuthFailure', undefined), 'noCredentials');
  t.equal(classOf('AuthFailure', 'never'), 'noCredentials');
  t.equal(classOf('UnauthorizedOperation', at(3_600_000)), 'notPermitted');
  t.end();
});

t.test(
  'errors on the way to EC2: only those before anything was sent are without effect for certain',
  (t) => {
    const rows: readonly (readonly [ErrorClass, Error])[] = [
      ...['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].map(
        (code) => ['unreachable', broken(code)] as const,
      ),
      ['unreachable', broken('ERR_PROXY_TUNNEL', 'Failed to establish tunnel: HTTP/1.1 403 Forbidden')],
      ['unreachable', broken('ETIMEDOUT', 'connect ETIMEDOUT', { syscall: 'connect' })],
      ['unreachable', Object.assign(new AggregateError([broken('ETIMEDOUT')]), { code: 'ETIMEDOUT' })],
      ['unreachable', broken('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain')],
      ['clock', broken('CERT_NOT_YET_VALID', 'certificate is not yet valid')],
      ['transient', broken('ETIMEDOUT', 'a request has exceeded the configured 15000 ms requestTimeout.')],
      ['transient', broken('ECONNRESET', 'socket hang up')],
      ['transient', broken('EPIPE', 'write EPIPE', { syscall: 'write' })],
      ['noCredentials', new Failure(ExitCode.notPermitted, 'the instance has no instance profile')],
      ['unreachable', new Failure(ExitCode.unreachable, 'IMDS gave no answer')],
    ];
    for (const [errorClass, error] of rows) {
      t.equal(classify(create, error, now).class, errorClass, error.message);
    }
    t.end();
  },
);

t.test('what came back is kept, and says something even where Node says nothing', (t) => {
  const error = classify(
    create,
    answer('InvalidIPAddress.InUse', 'The specified address is already in use.'),
    now,
  );
  t.match(error, {
    action: create,
    code: 'InvalidIPAddress.InUse',
    message: 'The specified address is already in use.',
  });
  const aggregate = Object.assign(new AggregateError([broken('ECONNREFUSED')]), { code: 'ECONNREFUSED' });
  t.match(classify(create, aggregate, now), {
    code: 'ECONNREFUSED',
    message: /connect ECONNREFUSED 10\.0\.0\.1:443/,
  });
  t.match(classify(create, answer('Unknown', 'Unknown', 502), now), {
    code: 'HTTP 502',
    message: /not of EC2's form/,
  });
  const own = new Ec2Error(create, 'taken', 'X', 'y');
  t.equal(classify(create, own, now), own);
  t.match(classify(create, 'text', now), { class: 'transient', message: 'text' });
  t.end();
});
