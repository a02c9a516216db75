import { ExitCode, Failure } from '../failure.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where IMDS is: the AWS SDKs' own environment variables, else its address in every VPC. */
export function imdsEndpoint(env: Env): string {
  const endpoint = env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
  if (!endpoint) {
    return env.AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE?.toLowerCase() === 'ipv6'
      ? 'http://[fd00:ec2::254]'
      : 'http://169.254.169.254';
  }
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'http:') {
    throw new Failure(
      ExitCode.configuration,
      `AWS_EC2_METADATA_SERVICE_ENDPOINT is "${endpoint}": expected an http URL, http://169.254.169.254`,
    );
  }
  return endpoint;
}
