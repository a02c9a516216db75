import type { CredentialStore, Credentials } from '../api/credentials.ts';
import { ApiError } from '../model/api-error.ts';

export interface SignedHeaders {
  authorization?: string | undefined;
  'x-amz-date'?: string | string[] | undefined;
  'x-amz-security-token'?: string | string[] | undefined;
}

/**
 * Whose keys signed the request. The signature must be there and its date near the clock (ms since 1970); it is
 * not verified.
 */
export function authenticate(
  headers: SignedHeaders,
  store: CredentialStore,
  now: number,
  clockSkewMs: number,
): Credentials {
  const { authorization } = headers;
  if (authorization === undefined) {
    throw new ApiError(
      'MissingAuthenticationToken',
      'The request must contain either a valid (registered) AWS access key ID or X.509 certificate.',
      403,
    );
  }
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/ec2\/aws4_request,\s*SignedHeaders=[^,\s]+,\s*Signature=[0-9a-f]{64}$/.exec(
      authorization,
    );
  const signedAt = amzDate(headers['x-amz-date']);
  if (parts === null || signedAt === undefined) {
    throw new ApiError(
      'IncompleteSignature',
      'The request signature does not conform to AWS standards.',
      400,
    );
  }
  if (Math.abs(now - signedAt) > clockSkewMs) throw new ApiError('RequestExpired', 'Request has expired.');
  const credentials = store.find(parts[1] ?? '');
  if (credentials === undefined || headers['x-amz-security-token'] !== credentials.sessionToken) {
    throw new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  }
  if (credentials.expiresAt !== undefined && credentials.expiresAt < now) {
    throw new ApiError('RequestExpired', 'Request has expired.');
  }
  return credentials;
}

/** `20261120T193000Z` in ms since 1970. */
function amzDate(header: string | string[] | undefined): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(header));
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
