import { badCertificate } from './classify.ts';
import { parseDenial } from './denial.ts';
import type { Ec2Error } from './port.ts';

/** How EC2 is reached: what messages about the way to it name. */
export interface Way {
  /** `Ec2Connection.endpoint`. */
  endpoint: string;
  /** `Ec2Connection.proxy`. */
  proxy: string | undefined;
}

/** For `unreachable`. */
export function openTheWay({ code }: Ec2Error, { endpoint, proxy }: Way): string {
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
  return (
    'The subnet of the primary ENI needs a route to EC2: a NAT gateway, or the interface endpoint ' +
    `${interfaceEndpoint(endpoint)}, whose security group must let this node in at port 443; or set HTTPS_PROXY`
  );
}

/** Its service name begins with the partition's domain, the other way round: that of dual-stack hosts is another. */
function interfaceEndpoint(endpoint: string): string {
  const [, region, domain] =
    /^https:\/\/ec2(?:-fips)?\.([a-z0-9-]+)\.(?!api\.)([a-z0-9.-]+)$/.exec(endpoint) ?? [];
  return domain === undefined ? 'of EC2' : `${domain.split('.').toReversed().join('.')}.${region}.ec2`;
}

/** For `notPermitted`. */
export function permit(error: Ec2Error): string {
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

const noMoreAddresses = 'The instance type takes no more addresses on an ENI: take a larger type';

const limits: Readonly<Record<string, string>> = {
  AttachmentLimitExceeded:
    'The instance type takes no more ENIs: take a larger type, name fewer interfaces, or have the VPC CNI use ' +
    'fewer (MAX_ENI)',
  PrivateIpAddressLimitExceeded: noMoreAddresses,
  'InvalidInterface.IpAddressLimitExceeded': noMoreAddresses,
  NetworkInterfaceLimitExceeded:
    'The account has no more ENIs in this Region: delete unused ones, or ask for more (Service Quotas, VPC, ' +
    '"Network interfaces per Region")',
  SecurityGroupsPerInterfaceLimitExceeded:
    'Name fewer securityGroups, or ask for more (Service Quotas, VPC, "Security groups per network interface")',
  TagLimitExceeded:
    'Name fewer tags, or take some off: an ENI, and an instance, takes 50, those of multus-bootstrap included',
};

/** For `limit`. */
export function raiseLimit({ code, message }: Ec2Error): string {
  if (/IPv6.*support|support.*IPv6/i.test(message)) {
    return 'This instance type carries no IPv6 as is asked for: take another type, or set "ipv6.mode" to None';
  }
  return limits[code] ?? (/addresses/.test(message) ? noMoreAddresses : 'Ask for more in Service Quotas');
}

/** For `invalid`. */
export function correct({ action, code, message }: Ec2Error): string {
  if (/^OperationNotPermitted$|^AuthFailure$/.test(code) && !action.startsWith('Describe')) {
    return (
      'An AWS service or another account manages this ENI, or it is the primary one of an instance: have ' +
      '"existing" select others by their tags'
    );
  }
  if (/IPv6 CIDR/i.test(message)) {
    return 'Give the subnet an IPv6 CIDR, name another one, or set "ipv6.mode" to None';
  }
  return 'Correct what the configuration says of this interface; `multus-bootstrap plan` shows the calls';
}
