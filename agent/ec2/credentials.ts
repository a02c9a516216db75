import type { Imds } from '../imds/port.ts';
import type { Env } from './proxy.ts';

/** The SDK asks for credentials without a signal of the call's: this bounds the wait. */
const credentialsMs = 5_000;

/**
 * The environment's credentials if there are any, else the instance profile's. Not the SDK's default chain: it
 * would load SSO, STS and ~/.aws, and fall back to IMDSv1.
 */
export function credentialsFrom(env: Env, imds: Pick<Imds, 'credentials'>) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
  }
  return () => imds.credentials(AbortSignal.timeout(credentialsMs));
}
