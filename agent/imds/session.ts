import http from 'node:http';
import { refused } from './identity.ts';

/** An answer that is neither 200 nor 404. */
export class ImdsRefusal extends Error {
  readonly status: number;

  constructor(status: number, path: string) {
    super(`HTTP ${status} to ${path}`);
    this.status = status;
  }
}

/** One lost packet must not eat the deadline: IMDS answers within milliseconds. */
const requestMs = 2_000;
const tokenSeconds = 21_600;
/** It becomes a header of every request: base64, in either alphabet. */
const tokenForm = /^[\w+/=-]{1,1024}$/;

/**
 * Answers with the bytes at the path, undefined if IMDS has nothing there (404). Throws an `ImdsRefusal` on any
 * other status, and a `Failure` (8) if something else answers at IMDS's address.
 */
type ImdsGet = (path: string, signal: AbortSignal) => Promise<Buffer | undefined>;

/**
 * IMDSv2, one attempt a call. Not the SDK's MetadataService: it fetches a token for every request, answers with
 * text, which destroys gzipped user data, loses the status of a refused token, and after one 404 (usual right
 * after boot) asks for no token ever again. The agent has no proxy settings, so that none can apply.
 */
export function createSession(endpoint: string): ImdsGet {
  const agent = new http.Agent({ keepAlive: true });
  let token: Promise<string> | undefined;

  async function request(method: string, path: string, headers: Record<string, string>, signal: AbortSignal) {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http
        .request(new URL(path, endpoint), {
          agent,
          method,
          headers,
          signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
        })
        .on('response', resolve)
        .on('error', reject)
        .end();
    });
    const body = Buffer.concat(await response.toArray());
    return { status: response.statusCode ?? 0, body };
  }

  async function fetchToken(signal: AbortSignal): Promise<string> {
    const path = '/latest/api/token';
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': String(tokenSeconds) };
    const { status, body } = await request('PUT', path, headers, signal);
    if (status !== 200) {
      throw new ImdsRefusal(status, `PUT ${path}`);
    }
    const text = body.toString();
    if (!tokenForm.test(text)) {
      throw refused('the token', `${body.length} bytes that are none`, 'base64');
    }
    return text;
  }

  /** Requests in parallel share one token. */
  async function withToken(path: string, signal: AbortSignal) {
    token ??= fetchToken(signal);
    const used = token;
    try {
      const answer = await request('GET', path, { 'x-aws-ec2-metadata-token': await used }, signal);
      if (answer.status === 401 && token === used) {
        token = undefined;
      }
      return answer;
    } catch (error) {
      if (token === used) {
        token = undefined;
      }
      throw error;
    }
  }

  return async (path, signal) => {
    let answer = await withToken(path, signal);
    if (answer.status === 401) {
      answer = await withToken(path, signal);
    }
    if (answer.status === 404) {
      return undefined;
    }
    if (answer.status !== 200) {
      throw new ImdsRefusal(answer.status, `GET ${path}`);
    }
    return answer.body;
  };
}
