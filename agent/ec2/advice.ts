import { ExitCode } from '../failure.ts';
import { badCertificate } from './classify.ts';
import { parseDenial } from './denial.ts';
import type { Ec2Error, ErrorClass } from './port.ts';

/** How EC2 is reached: what messages about the way to it name. */
export interface Way {
  /** `Ec2Connection.endpoint`. */
  endpoint: string;
  /** `Ec2Connection.proxy`. */
  proxy: string | undefined;
}

/** What a class of error means for the user, where it ends a run. */
interface Advice {
  exitCode: ExitCode;
  /** What to do about it. */
  remedy: string | ((error: Ec2Error, way: Way) => string);
}

/** What to do where an error of the class ends a run. */
export const advice: Readonly<Record<ErrorClass, Advice>> = {
  taken: {
    exitCode: ExitCode.noneFree,
    remedy: 'Every address tried has an owner: widen "within", or name another subnet in "subnets"',
  },
  unusable: {
    exitCode: ExitCode.noneFree,
    remedy: 'Keep "within" to addresses that EC2 gives out: not the first four of the subnet, nor its last',
  },
  full: {
    exitCode: ExitCode.noneFree,
    remedy: 'Give addresses of this subnet back, or name another one in "subnets"',
  },
  throttled: {
    exitCode: ExitCode.deadline,
    remedy:
      'The account makes too many such calls in this Region: launch fewer nodes at a time, look in CloudTrail ' +
      'for other callers, or raise "timeout"',
  },
  transient: {
    exitCode: ExitCode.deadline,
    remedy: 'EC2 or the way to it is in trouble: see https://health.aws.amazon.com, then run again',
  },
  unreachable: { exitCode: ExitCode.unreachable, remedy: openTheWay },
  notYet: {
    exitCode: ExitCode.deadline,
    remedy: 'This takes seconds as a rule: look at the state of the instance and of the ENI, then run again',
  },
  notFound: {
    exitCode: ExitCode.configuration,
    remedy: "Correct the id: it must exist in this node's account, Region and VPC",
  },
  indexTaken: {
    exitCode: ExitCode.limit,
    remedy: 'Something else attaches ENIs to this instance meanwhile: let it start after multus-bootstrap',
  },
  eniInUse: {
    exitCode: ExitCode.configuration,
    remedy: 'Look in CloudTrail, at AttachNetworkInterface, for who attached it',
  },
  tokenMismatch: {
    exitCode: ExitCode.deadline,
    remedy: 'The configuration has changed since an earlier try: run again, which takes a new token',
  },
  notPermitted: { exitCode: ExitCode.notPermitted, remedy: permit },
  noCredentials: {
    exitCode: ExitCode.notPermitted,
    remedy:
      'EC2 does not accept the credentials: see that the role of the instance profile exists, that its trust ' +
      'policy names ec2.amazonaws.com, and that no stale AWS_ACCESS_KEY_ID is in the environment',
  },
  limit: { exitCode: ExitCode.limit, remedy: raiseLimit },
  clock: {
    exitCode: ExitCode.unreachable,
    remedy:
      "This host's clock is wrong: see `chronyc tracking`; Amazon's time is at 169.254.169.123, UDP port 123, " +
      'which a firewall may block',
  },
  invalid: {
    exitCode: ExitCode.configuration,
    remedy: 'Correct what the configuration says of this interface; `multus-bootstrap plan` shows the calls',
  },
};

function openTheWay({ code }: Ec2Error, { endpoint, proxy }: Way): string {
  if (badCertificate.test(code)) {
    return (
      'Something on the way, a proxy perhaps, answers with a certificate that is not to be trusted: name ' +
      'its CA in NODE_EXTRA_CA_CERTS in /etc/multus-bootstrap/environment, or go around it with NO_PROXY'
    );
  }
  if (proxy !== undefined) {
    return (
      `The way leads through the proxy ${proxy}: see that it runs and lets this node reach ${endpoint}, ` +
      'or name the host in NO_PROXY'
    );
  }
  if (/^(ENOTFOUND|EAI_)/.test(code)) {
    return (
      "The name is not resolved: see that the VPC's DNS support (enableDnsSupport) is on, or that the DNS servers " +
      'of its DHCP options set can be reached and know the name; or set HTTPS_PROXY'
    );
  }
  if (code.startsWith('HTTP ')) {
    return (
      "Something else answers in EC2's place, a transparent proxy perhaps: see what the name is resolved to, and " +
      'where the routes of the primary ENI lead; or set AWS_ENDPOINT_URL_EC2 or HTTPS_PROXY'
    );
  }
  const region = /ec2[^.]*\.([a-z0-9-]+)\./.exec(endpoint)?.[1] ?? '<region>';
  return (
    'The subnet of the primary ENI needs a route to EC2: a NAT gateway, or the interface endpoint ' +
    `com.amazonaws.${region}.ec2, whose security group must let this node in at port 443; or set HTTPS_PROXY`
  );
}

function permit(error: Ec2Error): string {
  const denial = parseDenial(error.message);
  const permission = denial.permission ?? `ec2:${error.action}`;
  const resource = denial.resource === undefined ? '' : ` on ${denial.resource}`;
  const who = denial.role ? `the role ${denial.role}` : (denial.principal ?? "the node's role");
  const what = denial.explicit
    ? `A policy denies ${permission}${resource} to ${who} explicitly: look at service control policies, ` +
      'permission boundaries and the endpoint policy'
    : `Allow ${permission}${resource} in a policy of ${who}`;
  return denial.encoded === undefined
    ? what
    : `${what}. The whole reason: aws sts decode-authorization-message --encoded-message ${denial.encoded}`;
}

const limits: Readonly<Record<string, string>> = {
  AttachmentLimitExceeded:
    'The instance type takes no more ENIs: take a larger type, name fewer interfaces, or have the VPC CNI use ' +
    'fewer (MAX_ENI)',
  PrivateIpAddressLimitExceeded: 'The instance type takes no more addresses on an ENI: take a larger type',
  NetworkInterfaceLimitExceeded:
    'The account has no more ENIs in this Region: delete unused ones, or ask for more (Service Quotas, VPC, ' +
    '"Network interfaces per Region")',
  SecurityGroupsPerInterfaceLimitExceeded:
    'Name fewer securityGroups, or ask for more (Service Quotas, VPC, "Security groups per network interface")',
  TagLimitExceeded: 'Name fewer tags: an ENI takes 50, those of multus-bootstrap included',
};

function raiseLimit({ code }: Ec2Error): string {
  return limits[code] ?? 'Ask for more in Service Quotas';
}
