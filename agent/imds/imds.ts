import { backoff } from '../backoff.ts';
import { formatAddress, parseAddress } from '../claim/range.ts';
import type { Clock } from '../clock.ts';
import { ExitCode, Failure } from '../failure.ts';
import type { Log } from '../report/log.ts';
import { parseCredentials, parseRole } from './credentials.ts';
import { checked, parseIdentity } from './identity.ts';
import type { Credentials, Imds } from './port.ts';
import { createSession, ImdsRefusal } from './session.ts';

interface ImdsOptions {
  /** `imdsEndpoint(env)`. */
  endpoint: string;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Log;
}

const paths = {
  document: '/latest/dynamic/instance-identity/document',
  mac: '/latest/meta-data/mac',
  userData: '/latest/user-data',
  role: '/latest/meta-data/iam/security-credentials/',
};

/** Pauses between attempts, in ms: short at first, since IMDS comes up within a second of the boot. */
const pause = { base: 100, cap: 5_000 };

/** This instance's metadata over IMDSv2, retried until the signal aborts. */
export function createImds({ endpoint, clock, random, log }: ImdsOptions): Imds {
  const get = createSession(endpoint);

  async function retrying<T>(what: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    let last = 'no answer';
    let pauseMs = 0;
    for (let attempts = 1; ; attempts += 1) {
      try {
        signal.throwIfAborted();
        if (pauseMs > 0) {
          await clock.sleep(pauseMs, signal);
        }
        return await attempt();
      } catch (error) {
        if (signal.aborted) {
          throw neverAnswered(endpoint, what, last, error);
        }
        if (error instanceof Failure) {
          throw error;
        }
        if (error instanceof ImdsRefusal && error.status === 403) {
          throw disabled(endpoint, error);
        }
        last = words(error);
        pauseMs = backoff(attempts, random, pause.base, pause.cap);
        log[attempts === 1 ? 'info' : 'debug'](`IMDS gives no ${what} yet (${last}): trying again`, {
          attempt: attempts,
          ms: Math.round(pauseMs),
        });
      }
    }
  }

  /** At a path that every instance has: 404 means that IMDS is not ready. */
  const must = (path: string, signal: AbortSignal) =>
    retrying(path, signal, async () => {
      const body = await get(path, signal);
      if (body === undefined) {
        throw new ImdsRefusal(404, `GET ${path}`);
      }
      return body;
    });
  const may = (path: string, signal: AbortSignal) => retrying(path, signal, () => get(path, signal));

  const userDataAhead = ahead((signal) => get(paths.userData, signal));
  const credentialsAhead = ahead((signal) => credentialsBy((path) => get(path, signal)));

  return {
    async identity(signal) {
      const asked = Promise.all([must(paths.document, signal), must(paths.mac, signal)]);
      userDataAhead.ask(signal);
      credentialsAhead.ask(signal);
      const [document, mac] = await asked;
      const primaryMac = checked('primaryMac', mac.toString().trim().toLowerCase());
      const vpcId = await must(`/latest/meta-data/network/interfaces/macs/${primaryMac}/vpc-id`, signal);
      return parseIdentity(document, primaryMac, vpcId);
    },
    userData: async (signal) => (await userDataAhead.take()) ?? may(paths.userData, signal),
    addresses: async (mac, signal) => {
      const at = `/latest/meta-data/network/interfaces/macs/${mac}`;
      try {
        const [id, ipv4, ipv6] = await Promise.all(
          ['interface-id', 'local-ipv4s', 'ipv6s'].map((key) => get(`${at}/${key}`, signal)),
        );
        return id && [...linesOf(ipv4), ...linesOf(ipv6).map((each) => formatAddress(parseAddress(each)))];
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    },
    credentials: async (signal) =>
      (await credentialsAhead.take()) ?? credentialsBy((path) => may(path, signal)),
  };
}

function linesOf(body: Buffer | undefined): string[] {
  return (body?.toString() ?? '').split('\n').filter((line) => line !== '');
}

async function credentialsBy(read: (path: string) => Promise<Buffer | undefined>): Promise<Credentials> {
  const role = parseRole(await read(paths.role));
  return parseCredentials(role, await read(paths.role + role));
}

/**
 * What a run asks for next goes out beside its first questions, once, so that it need not wait for their answers. Nothing but
 * the thing itself is believed: right after boot, what is there may be answered 404 too.
 */
function ahead<T>(ask: (signal: AbortSignal) => Promise<T | undefined>) {
  let asked: Promise<T | undefined> | undefined;
  return {
    ask(signal: AbortSignal): void {
      asked = ask(signal).catch(() => undefined);
    },
    take(): Promise<T | undefined> | undefined {
      const answer = asked;
      asked = undefined;
      return answer;
    },
  };
}

function words(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') {
    return 'no answer in time';
  }
  // Of several addresses of one name, each was tried.
  const text = error instanceof AggregateError ? error.errors.join('; ') : String(error);
  return text.replace(/^Error: /, '');
}

function neverAnswered(endpoint: string, what: string, last: string, cause: unknown): Failure {
  return new Failure(
    ExitCode.unreachable,
    `IMDS at ${endpoint} gave no ${what} before the deadline; last: ${last}. Is this an EC2 instance? Look for a ` +
      'firewall or iptables rule that keeps root from 169.254.169.254, and at AWS_EC2_METADATA_SERVICE_ENDPOINT',
    { cause },
  );
}

function disabled(endpoint: string, cause: Error): Failure {
  return new Failure(
    ExitCode.unreachable,
    `IMDS at ${endpoint} is disabled for this instance (${cause.message}). Enable it: aws ec2 ` +
      'modify-instance-metadata-options --instance-id <this instance> --http-endpoint enabled; and in the ' +
      'launch template: MetadataOptions.HttpEndpoint',
    { cause },
  );
}
