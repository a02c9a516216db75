import { ExitCode } from '../failure.ts';
import type { Ec2Error, ErrorClass } from './port.ts';
import { correct, openTheWay, permit, raiseLimit, type Way } from './remedies.ts';

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
    remedy:
      'Every address tried has an owner: widen "ipv4.within" or "ipv6.within", or name another subnet in "subnets"',
  },
  unusable: {
    exitCode: ExitCode.noneFree,
    remedy:
      'Keep "ipv4.within" and "ipv6.within" to addresses that EC2 gives out: inside the subnet\'s CIDRs, but not the ' +
      'first four of one, nor its last',
  },
  notHeld: {
    exitCode: ExitCode.deadline,
    remedy: 'Another hand has moved the address meanwhile: look in CloudTrail, at UnassignPrivateIpAddresses',
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
    remedy: 'EC2 or the way to it is in trouble: see the AWS Health Dashboard, then run again',
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
      'policy names ec2.amazonaws.com (in China ec2.amazonaws.com.cn), and that no stale AWS_ACCESS_KEY_ID is in the ' +
      'environment',
  },
  limit: { exitCode: ExitCode.limit, remedy: raiseLimit },
  clock: {
    exitCode: ExitCode.unreachable,
    remedy:
      "This host's clock is wrong: see `chronyc tracking`; Amazon's time is at 169.254.169.123, UDP port 123, " +
      'which a firewall may block',
  },
  invalid: { exitCode: ExitCode.configuration, remedy: correct },
};
