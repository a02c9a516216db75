import t from 'tap';
import { explain } from '../../../agent/ec2/explain.ts';
import { Ec2Error, type ErrorClass } from '../../../agent/ec2/port.ts';
import { DeadlinePassed } from '../../../agent/ec2/retry.ts';
import { ExitCode, Failure } from '../../../agent/failure.ts';

const context = {
  subject: 'create an ENI for eth1 in subnet-1 at 10.0.4.4',
  endpoint: 'https://ec2.eu-west-1.amazonaws.com',
  proxy: undefined,
};
const create = 'CreateNetworkInterface';

function failure(errorClass: ErrorClass, code: string, message: string, proxy?: string): Failure {
  return explain(new Ec2Error(create, errorClass, code, message), { ...context, proxy });
}

t.test('each class has its exit code', (t) => {
  const codes: Record<ErrorClass, ExitCode> = {
    taken: 5,
    notHeld: 7,
    unusable: 5,
    full: 5,
    throttled: 7,
    transient: 7,
    unreachable: 8,
    notYet: 7,
    notFound: 3,
    indexTaken: 6,
    eniInUse: 3,
    tokenMismatch: 7,
    notPermitted: 4,
    noCredentials: 4,
    limit: 6,
    clock: 8,
    invalid: 3,
  };
  for (const errorClass of Object.keys(codes) as ErrorClass[]) {
    const { exitCode, message } = failure(errorClass, 'Code', 'Words.');
    t.equal(exitCode, codes[errorClass], errorClass);
    t.match(
      message,
      /^cannot create an ENI for eth1 in subnet-1 at 10\.0\.4\.4: CreateNetworkInterface: Code: Words/,
    );
    t.notMatch(message, /\.\./, 'no doubled full stop');
    t.match(message, /\. \S/, 'a remedy follows');
  }
  t.end();
});

t.test('not permitted: the permission, the resource and the role that lacks it', (t) => {
  const resource = 'arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1';
  const user = 'arn:aws:sts::123456789012:assumed-role/node-role/i-0123456789abcdef0';
  const denied =
    `You are not authorized to perform this operation. User: ${user} is not authorized to perform: ` +
    `ec2:CreateTags on resource: ${resource} because `;
  const implicit = failure(
    'notPermitted',
    'UnauthorizedOperation',
    `${denied}no identity-based policy allows it`,
  );
  t.ok(implicit.message.includes(user), 'the ARN that lacks it');
  t.ok(implicit.message.endsWith(`Allow ec2:CreateTags on ${resource} in a policy of the role node-role`));
  const explicit = failure(
    'notPermitted',
    'UnauthorizedOperation',
    `${denied}with an explicit deny in a service control policy. Encoded authorization failure message: QUJD-x_1`,
  );
  t.match(
    explicit.message,
    /denies ec2:CreateTags on arn:\S+ to the role node-role explicitly.*service control/,
  );
  t.ok(explicit.message.endsWith('aws sts decode-authorization-message --encoded-message QUJD-x_1'));
  t.equal(explicit.message.match(/QUJD/g)?.length, 1, 'the long blob once');
  const old = failure(
    'notPermitted',
    'UnauthorizedOperation',
    'You are not authorized to perform this operation.',
  );
  t.match(old.message, /Allow ec2:CreateNetworkInterface in a policy of the node's role$/);
  t.end();
});

t.test('unreachable: the likely cause, with or without a proxy', (t) => {
  const direct = failure('unreachable', 'ENETUNREACH', 'connect ENETUNREACH 1.2.3.4:443');
  t.match(direct.message, /\(https:\/\/ec2\.eu-west-1\.amazonaws\.com\)\. .*NAT gateway/);
  t.match(direct.message, /com\.amazonaws\.eu-west-1\.ec2, whose security group/);
  const proxied = failure('unreachable', 'ERR_PROXY_TUNNEL', '403 Forbidden', 'http://proxy:3128');
  t.match(proxied.message, /proxy http:\/\/proxy:3128.*NO_PROXY/);
  t.notMatch(proxied.message, /NAT gateway/);
  const opened = failure('unreachable', 'SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate');
  t.match(opened.message, /NODE_EXTRA_CA_CERTS in \/etc\/multus-bootstrap\/environment/);
  const portal = failure('unreachable', 'HTTP 200', "an answer that is not of EC2's form");
  t.match(portal.message, /HTTP 200: an answer that is not of EC2's form .*answers in EC2's place/);
  t.end();
});

t.test('limits: which one, and the way out', (t) => {
  t.match(failure('limit', 'AttachmentLimitExceeded', 'Interface count 4').message, /larger type/);
  t.match(
    failure('limit', 'NetworkInterfaceLimitExceeded', 'quota').message,
    /Network interfaces per Region/,
  );
  t.match(failure('limit', 'OtherLimitExceeded', 'quota').message, /Service Quotas/);
  const addresses = failure('limit', 'InvalidParameterValue', 'Number of IPv6 addresses will exceed limit.');
  t.match(addresses.message, /no more addresses on an ENI: take a larger type/);
  const type = failure('limit', 'UnsupportedOperation', 'IPv6 addresses are not supported on m3.medium');
  t.match(type.message, /take another type, or set "ipv6\.mode" to None/);
  t.match(failure('limit', 'TagLimitExceeded', 'More than 50 tags').message, /an instance, takes 50/);
  t.end();
});

t.test('addresses: the keys of both IP versions', (t) => {
  for (const errorClass of ['taken', 'unusable'] as const) {
    t.match(failure(errorClass, 'Code', 'Words.').message, /"ipv4\.within" (or|and) "ipv6\.within"/);
  }
  t.end();
});

t.test('invalid: what to correct, where the answer tells', (t) => {
  const cidr = failure('invalid', 'InvalidParameterValue', "The subnet 'x' does not have an IPv6 CIDR block");
  t.match(cidr.message, /Give the subnet an IPv6 CIDR/);
  const words = 'You do not have permission to access the specified resource.';
  t.match(failure('invalid', 'AuthFailure', words).message, /another account manages this ENI/);
  t.match(
    failure('invalid', 'OperationNotPermitted', "You are not allowed to manage 'ela-attach' attachments.")
      .message,
    /have "existing" select others/,
  );
  t.match(failure('invalid', 'InvalidParameter', 'No.').message, /`multus-bootstrap plan` shows the calls/);
  t.end();
});

t.test('a failure of IMDS speaks for itself', (t) => {
  const cause = new Failure(ExitCode.notPermitted, 'the instance has no instance profile: give it one');
  const error = new Ec2Error(create, 'noCredentials', 'NoCredentials', cause.message, { cause });
  t.ok(explain(error, context).message.endsWith(cause.message));
  t.end();
});

t.test('the deadline: 7 with what EC2 last said, 8 if it could not be reached', (t) => {
  const passed = (last: Ec2Error | undefined, wasSent = true) =>
    explain(new DeadlinePassed(last, { cause: 'x', wasSent }), context);
  const throttled = passed(
    new Ec2Error(create, 'throttled', 'RequestLimitExceeded', 'Request limit exceeded.'),
  );
  t.equal(throttled.exitCode, ExitCode.deadline);
  t.match(
    throttled.message,
    /deadline passed; the last answer was CreateNetworkInterface: RequestLimitExceeded/,
  );
  t.equal(
    passed(new Ec2Error(create, 'unreachable', 'ENETUNREACH', 'no route')).exitCode,
    ExitCode.unreachable,
  );
  t.match(passed(undefined), {
    exitCode: 7,
    message: /the deadline passed before EC2 answered this call\. Raise/,
  });
  t.match(passed(undefined, false), {
    exitCode: 7,
    message: /the deadline passed before this call could be sent\. /,
  });
  t.end();
});
