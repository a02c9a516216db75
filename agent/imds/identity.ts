import { ExitCode, Failure } from '../failure.ts';
import type { Identity } from './port.ts';

/** They become parts of paths, tags and file names. */
const shapes: Readonly<Record<Exclude<keyof Identity, 'launchedAt'>, RegExp>> = {
  instanceId: /^i-[0-9a-f]{8,17}$/,
  instanceType: /^[a-z0-9-]+\.[a-z0-9-]+$/,
  zone: /^[a-z0-9-]+$/,
  region: /^[a-z0-9-]+$/,
  vpcId: /^vpc-[0-9a-f]{8,17}$/,
  primaryMac: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/,
  accountId: /^\d{12}$/,
};

/** The value itself if it has the form of its name; a `Failure` (8) if not. */
export function checked(name: keyof typeof shapes, value: unknown): string {
  if (typeof value !== 'string' || !shapes[name].test(value)) {
    throw refused(name, JSON.stringify(value), `a value like ${shapes[name].source}`);
  }
  return value;
}

/** From the instance identity document, the primary ENI's MAC and its VPC. */
export function parseIdentity(document: Buffer, primaryMac: string, vpcId: Buffer): Identity {
  const fields = parseObject(document, 'the instance identity document');
  return {
    instanceId: checked('instanceId', fields.instanceId),
    instanceType: checked('instanceType', fields.instanceType),
    zone: checked('zone', fields.availabilityZone),
    region: checked('region', fields.region),
    vpcId: checked('vpcId', vpcId.toString().trim()),
    primaryMac,
    accountId: checked('accountId', fields.accountId),
    launchedAt: timeOrNothing(fields.pendingTime),
  };
}

/** It only helps a fleet to keep apart: a boot does not fail for want of it. */
function timeOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? value : undefined;
}

/** What IMDS answers as JSON: an object, or a `Failure` (8) that names it as `what`. */
export function parseObject(body: Buffer, what: string): Record<string, unknown> {
  const value = parseJson(body.toString());
  if (typeof value !== 'object' || value === null) {
    throw refused(what, `${body.length} bytes that are no JSON object`, 'one');
  }
  return { ...value };
}

/** Undefined if it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** That what came back for `what` is not of IMDS's form. */
export function refused(what: string, got: string, wanted: string): Failure {
  return new Failure(
    ExitCode.unreachable,
    `IMDS: got ${got} for ${what}, expected ${wanted}. Something else answers at IMDS's address, or a ` +
      'metadata proxy is at fault: see AWS_EC2_METADATA_SERVICE_ENDPOINT and the iptables rules for 169.254.169.254',
  );
}
