import { ExitCode, Failure } from '../failure.ts';
import { classOfAnswer } from './answers.ts';
import { Ec2Error, type ErrorClass } from './port.ts';

/** Node's codes for a connection that never came to be: EC2 cannot have seen the request. */
const noConnection =
  /^(ECONNREFUSED|ENETUNREACH|ENETDOWN|EHOSTUNREACH|EHOSTDOWN|EADDRNOTAVAIL|ENOTFOUND|EAI_\w+|ERR_PROXY_\w+)$/;
/** OpenSSL's for a certificate that is not to be trusted. */
export const badCertificate = /CERT|UNABLE_TO_(GET|VERIFY)/;

/** How far a clock may be off before EC2 could mind, in ms: AWS allows 5 to 15 minutes. */
const tolerableSkew = 5 * 60_000;

/**
 * What an error of the SDK's `send` means for what to do next. `wallClock` is this host's time in ms since 1970
 * when the answer came.
 */
export function classify(action: string, error: unknown, wallClock: number): Ec2Error {
  if (error instanceof Ec2Error) {
    return error;
  }
  const { code, message, status } = read(error);
  const errorClass =
    status === undefined
      ? classOfConnection(error, code, message)
      : classOfAnswer({ action, code, message, status, skewed: isSkewed(error, wallClock) });
  return new Ec2Error(action, errorClass, code, message, { cause: error });
}

function classOfConnection(error: unknown, code: string, message: string): ErrorClass {
  // From IMDS, which the SDK asks for credentials before it sends anything.
  if (error instanceof Failure) {
    return error.exitCode === ExitCode.unreachable ? 'unreachable' : 'noCredentials';
  }
  // Before NTP, EC2's certificate may not be valid yet by our clock.
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') {
    return 'clock';
  }
  const connecting =
    noConnection.test(code) ||
    badCertificate.test(code) ||
    // Several addresses of one name, each of them tried.
    error instanceof AggregateError ||
    (typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'connect') ||
    message.includes('did not establish a connection');
  return connecting ? 'unreachable' : 'transient';
}

/** The code, the message and, where there was an answer, its HTTP status. */
function read(error: unknown): { code: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) {
    return { code: 'Unknown', message: String(error), status: undefined };
  }
  if (error instanceof Failure) {
    return { code: 'NoCredentials', message: error.message, status: undefined };
  }
  const status = statusOf(error);
  if (status !== undefined && error.name === 'Unknown') {
    // What the SDK makes of an answer without EC2's code: a proxy's page, or that of a load balancer.
    return { code: `HTTP ${status}`, message: "an answer that is not of EC2's form", status };
  }
  const code = status === undefined && 'code' in error ? String(error.code) : error.name;
  const inner = error instanceof AggregateError ? error.errors.map(String).join('; ') : '';
  return { code, message: error.message || inner || code, status };
}

/** By the answer's Date header, from which the SDK corrects the date of what it sends next. */
function isSkewed(error: unknown, wallClock: number): boolean {
  const response = property(error, '$response');
  const date = property(property(response, 'headers'), 'date');
  return typeof date === 'string' && Math.abs(Date.parse(date) - wallClock) > tolerableSkew;
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function statusOf(error: Error): number | undefined {
  const status = property(property(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}
