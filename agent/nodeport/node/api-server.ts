import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { isObject, type JsonObject, parseJsonObject } from '../../host/json.ts';
import type { ApiAccess } from './credentials.ts';

const connectMs = 10_000;
/** A Node lists all its images: some 100 KB. */
const longestLine = 8 * 1024 * 1024;

/** An answer of another status than 2xx. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The name under which kubelet's credentials are known is `system:node:<name of the Node>`: the Node's name itself is
 * the private DNS name or the instance id, by the cluster and the AMI. Every authenticated user may ask.
 */
export async function nodeNameOf(access: ApiAccess, signal: AbortSignal): Promise<string> {
  const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const response = await request(access, 'POST', path, JSON.stringify(kind), signal);
  const { status } = parseJsonObject(await textOf(response)) ?? {};
  const username = isObject(status) && isObject(status.userInfo) ? status.userInfo.username : undefined;
  const [, name] = /^system:node:(.+)$/.exec(String(username)) ?? [];
  if (name === undefined) {
    throw new Error(`kubelet's credentials are those of ${username}, not of a system:node:…`);
  }
  return name;
}

/**
 * The events of one Node, the first of which is its state: a watch that names no version begins with that. Ends when
 * the API server ends it, after the time it is told; throws what is in the way.
 */
export async function* watchNode(
  access: ApiAccess,
  name: string,
  seconds: number,
  signal: AbortSignal,
): AsyncGenerator<JsonObject> {
  const query = new URLSearchParams({
    watch: 'true',
    fieldSelector: `metadata.name=${name}`,
    timeoutSeconds: String(seconds),
  });
  const response = await request(access, 'GET', `/api/v1/nodes?${query}`, undefined, signal);
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) {
      throw new Error('an event that does not end');
    }
    yield* lines.map((line) => parseJsonObject(line) ?? {});
  }
}

async function request(
  { server, tls, token }: ApiAccess,
  method: string,
  path: string,
  body: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = https.request(new URL(path, server), {
      ...tls,
      method,
      // Credentials may be others the next time, and the API server's addresses too.
      agent: false,
      signal,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    });
    const late = setTimeout(() => sent.destroy(new Error('no answer in time')), connectMs);
    sent
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => clearTimeout(late))
      .on('response', () => clearTimeout(late))
      .end(body);
  });
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) {
    return response;
  }
  const { message } = parseJsonObject(await textOf(response)) ?? {};
  throw new ApiRefusal(statusCode, `HTTP ${statusCode}${typeof message === 'string' ? `: ${message}` : ''}`);
}

async function textOf(response: IncomingMessage): Promise<string> {
  return Buffer.concat(await response.toArray()).toString();
}
