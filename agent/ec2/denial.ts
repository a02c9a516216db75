/** What EC2's "not authorized" tells. */
interface Denial {
  /** Who was refused, as IAM names it. */
  principal: string | undefined;
  /** The role's name, where the principal is a role's session. */
  role: string | undefined;
  /** `ec2:CreateNetworkInterface`. */
  permission: string | undefined;
  /** The ARN on which it is missing. */
  resource: string | undefined;
  /** Some policy says Deny: another Allow will not help. */
  explicit: boolean;
  /** For `aws sts decode-authorization-message`. */
  encoded: string | undefined;
}

/** Reads UnauthorizedOperation's message, in the forms that EC2 has used. */
export function parseDenial(message: string): Denial {
  const principal = /User: (\S+) is not authorized/.exec(message)?.[1];
  return {
    principal,
    role: /:assumed-role\/([^/\s]+)/.exec(principal ?? '')?.[1],
    permission: /to perform: (\w+:\w+)/.exec(message)?.[1],
    resource: /on resource: (arn:\S+)/.exec(message)?.[1],
    explicit: /explicit deny/.test(message),
    encoded: /Encoded authorization failure message: (\S+)/.exec(message)?.[1],
  };
}
