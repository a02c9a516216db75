import http from 'node:http';
import https from 'node:https';
import { EC2Client } from '@aws-sdk/client-ec2';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ExitCode, Failure } from '../failure.ts';
import type { Env } from './proxy.ts';

/** EC2 takes seconds to answer, at worst; a connection that takes longer than this will not come to be. */
const timeouts = { connectionMs: 5_000, requestMs: 15_000 };

/**
 * Where EC2 is: AWS_ENDPOINT_URL_EC2, else by region, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, in
 * whatever partition. Worked out once, so that messages and the proxy's choice speak of the endpoint in use and
 * the SDK need not look for it in ~/.aws. Throws a `Failure` (3) if the environment or the region allow none.
 */
export function endpointFor(region: string, env: Env): URL {
  // It becomes part of a host's name, about which the SDK would complain on stderr.
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(region)) {
    throw new Failure(
      ExitCode.configuration,
      `AWS_REGION is ${JSON.stringify(region)}: expected a Region, eu-west-1`,
    );
  }
  const own = env.AWS_ENDPOINT_URL_EC2 || env.AWS_ENDPOINT_URL;
  if (own) {
    if (!URL.canParse(own) || !/^https?:$/.test(new URL(own).protocol)) {
      throw new Failure(
        ExitCode.configuration,
        `AWS_ENDPOINT_URL_EC2 is "${own}": expected an http or https URL`,
      );
    }
    return new URL(own);
  }
  const parameters = {
    Region: region,
    UseFIPS: env.AWS_USE_FIPS_ENDPOINT === 'true',
    UseDualStack: env.AWS_USE_DUALSTACK_ENDPOINT === 'true',
  };
  return new EC2Client({ region }).config.endpointProvider(parameters).url;
}

/** Connections to EC2, through the proxy if there is one, each bounded in time. */
export function createTransport(
  proxy: URL | undefined,
  { connectionMs, requestMs } = timeouts,
): NodeHttpHandler {
  const options = {
    keepAlive: true,
    ...(proxy && { proxyEnv: { HTTPS_PROXY: proxy.href, HTTP_PROXY: proxy.href } }),
  };
  return new NodeHttpHandler({
    httpAgent: new http.Agent(options),
    httpsAgent: new https.Agent(options),
    connectionTimeout: connectionMs,
    requestTimeout: requestMs,
    throwOnRequestTimeout: true,
  });
}
