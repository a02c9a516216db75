import { ExitCode, Failure } from '../failure.ts';
import { parseObject } from './identity.ts';
import type { Credentials } from './port.ts';

/** The role's name goes into a path: the characters that IAM allows. */
const roleName = /^[\w+=,.@-]{1,64}$/;

/**
 * The role's name, the first line of IMDS's answer at `iam/security-credentials/`. Throws a `Failure` (4) if there
 * is none: the instance has no profile.
 */
export function parseRole(body: Buffer | undefined): string {
  const role = body?.toString().split('\n')[0]?.trim() ?? '';
  if (!roleName.test(role)) {
    throw new Failure(
      ExitCode.notPermitted,
      'the instance has no instance profile, so no role to call EC2 with. Give the launch template an instance ' +
        'profile with the node role; for a running instance: aws ec2 associate-iam-instance-profile',
    );
  }
  return role;
}

/** From IMDS's answer at `iam/security-credentials/<role>`: a `Failure` (4) if it has none, (8) if it is no JSON. */
export function parseCredentials(role: string, body: Buffer | undefined): Credentials {
  const answer = body === undefined ? {} : parseObject(body, `the credentials of ${role}`);
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = answer;
  const expiration = new Date(String(Expiration));
  if (
    typeof AccessKeyId !== 'string' ||
    typeof SecretAccessKey !== 'string' ||
    typeof Token !== 'string' ||
    Number.isNaN(expiration.getTime())
  ) {
    throw new Failure(
      ExitCode.notPermitted,
      `IMDS has no credentials for the role ${role} (${String(answer.Code ?? 'HTTP 404')}). ` +
        'See that the role exists and that its trust policy lets ec2.amazonaws.com (in China ec2.amazonaws.com.cn) ' +
        'assume it',
    );
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token, expiration };
}
