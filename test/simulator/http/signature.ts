import type { CredentialStore, Credentials } from '../api/credentials.ts';
import { ApiError } from '../model/api-error.ts';
import type { Quirks } from '../model/settings.ts';

export interface SignedHeaders {
  authorization?: string | undefined;
  'x-amz-date'?: string | string[] | undefined;
  'x-amz-security-token'?: string | string[] | undefined;
}

export interface SignatureRules {
  /** Wall-clock time, in ms since 1970. */
  now: number;
  region: string;
  /** How far a request's date may be off. */
  clockSkewMs: number;
  skewError: Quirks['clockSkew'];
}

/**
 * Whose keys signed the request. The signature must be there, its date near the clock, and its scope of that
 * date and this Region; it is not verified.
 */
export function authenticate(
  headers: SignedHeaders,
  store: CredentialStore,
  { now, region, clockSkewMs, skewError }: SignatureRules,
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
  if (Math.abs(now - signedAt) > clockSkewMs) {
    throw skewError === 'AuthFailure' ? notValid() : expired();
  }
  const [, accessKeyId = '', scopeDate, scopeRegion] = parts;
  const credentials = store.find(accessKeyId);
  if (
    credentials === undefined ||
    headers['x-amz-security-token'] !== credentials.sessionToken ||
    scopeRegion !== region ||
    scopeDate !== String(headers['x-amz-date']).slice(0, 8)
  ) {
    throw notValid();
  }
  if (credentials.expiresAt !== undefined && credentials.expiresAt < now) {
    throw expired();
  }
  return credentials;
}

function notValid(): ApiError {
  return new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
}

function expired(): ApiError {
  return new ApiError('RequestExpired', 'Request has expired.');
}

/** `20261120T193000Z` in ms since 1970. */
function amzDate(header: string | string[] | undefined): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(header));
  if (parts === null) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
