import { EC2Client } from '@aws-sdk/client-ec2';
import type { Clock } from '../clock.ts';
import type { Imds } from '../imds/port.ts';
import type { Log } from '../report/log.ts';
import { requireAnswerForm } from './answer-form.ts';
import { classify } from './classify.ts';
import { credentialsFrom } from './credentials.ts';
import { type Env, nameOf, proxyFor } from './proxy.ts';
import { createTransport, endpointFor } from './transport.ts';

export interface Ec2Options {
  /** Where the instance is, unless AWS_REGION says otherwise. */
  region: string;
  /** For the SDK's variables: AWS_ENDPOINT_URL_EC2, AWS_ACCESS_KEY_ID… */
  env: Env;
  /** For HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which may come from the NodeConfig. */
  proxyEnv: Env;
  imds: Pick<Imds, 'credentials'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

type Send<T> = (client: EC2Client, options: { abortSignal?: AbortSignal }) => Promise<T>;

export interface Caller {
  /** For messages. */
  endpoint: string;
  /** For messages: without user and password. */
  proxy: string | undefined;
  /** How many requests have been sent, by action. */
  calls(): Readonly<Record<string, number>>;
  /** One request: counted, timed, its errors classified. The caller's abort is passed on as it is. */
  call<T>(action: string, signal: AbortSignal | undefined, send: Send<T>): Promise<T>;
}

/**
 * The way to EC2, and the one place where requests are sent. Throws a `Failure` (3) if the environment names a
 * Region, an endpoint or a proxy that cannot be.
 */
export function createCaller({ region, env, proxyEnv, imds, clock, log }: Ec2Options): Caller {
  const ownRegion = env.AWS_REGION || region;
  const endpoint = endpointFor(ownRegion, env);
  const proxy = proxyFor(endpoint, proxyEnv);
  const client = new EC2Client({
    region: ownRegion,
    endpoint: endpoint.href,
    credentials: credentialsFrom(env, imds),
    requestHandler: createTransport(proxy),
    // `withRetry` knows the run's deadline and what each error means; the SDK knows neither.
    maxAttempts: 1,
    // Said here, the SDK need not look for them in ~/.aws.
    retryMode: 'standard',
    defaultsMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    disableClockSkewCorrection: false,
    authSchemePreference: [],
    userAgentAppId: 'multus-bootstrap',
  });
  // It walks every answer for the SDK's own log, which nobody reads.
  client.middlewareStack.remove('loggerMiddleware');
  requireAnswerForm(client);
  const counts: Record<string, number> = {};

  return {
    endpoint: endpoint.origin,
    proxy: proxy && nameOf(proxy),
    calls: () => ({ ...counts }),
    async call(action, signal, send) {
      signal?.throwIfAborted();
      counts[action] = (counts[action] ?? 0) + 1;
      const start = clock.now();
      const done = (code: string) =>
        log.debug(`EC2 ${action}`, { action, code, ms: Math.round(clock.now() - start) });
      try {
        const answer = await send(client, signal ? { abortSignal: signal } : {});
        done('OK');
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        const classified = classify(action, error, Date.now());
        done(classified.code);
        throw classified;
      }
    },
  };
}
