import { ExitCode, Failure } from '../failure.ts';
import { readIfPresent, writeAtomically } from '../host/files.ts';
import { isObject, parseJsonObject } from '../host/json.ts';
import { paths } from '../host/paths.ts';
import type { NodePortAddress, NodePortLink, NodePortSetup } from './setup.ts';

const schemaVersion = 1;

/** From `run` to the watcher. Atomic; throws a `Failure` (9). */
export async function writeSetup(root: string, setup: NodePortSetup): Promise<void> {
  await writeAtomically(paths(root).nodePort, `${JSON.stringify({ schemaVersion, ...setup }, null, 2)}\n`);
}

/**
 * What the last run set up; undefined where it has set up nothing. Throws a `Failure` (9), also where the file was
 * written for another instance, whose addresses this one must not touch.
 */
export async function readSetup(root: string, instanceId: string): Promise<NodePortSetup | undefined> {
  const path = paths(root).nodePort;
  const text = await readIfPresent(path);
  if (text === undefined) {
    return undefined;
  }
  const setup = parseSetup(text);
  if (setup === undefined) {
    throw refused(`${path} is not a NodePort setup that this version can read`);
  }
  if (setup.instanceId !== instanceId) {
    throw refused(`${path} was written for ${setup.instanceId}, and this is ${instanceId}`);
  }
  return setup;
}

function refused(what: string): Failure {
  return new Failure(ExitCode.host, `${what}; \`systemctl restart multus-bootstrap\` writes it anew`);
}

/** A setup from its file's text; undefined if it is truncated, garbage or of another schema version. */
export function parseSetup(text: string): NodePortSetup | undefined {
  const json = parseJsonObject(text);
  if (json === undefined || json.schemaVersion !== schemaVersion) {
    return undefined;
  }
  const { instanceId, links, metricsPort } = json;
  if (typeof instanceId !== 'string' || !isOptionalNumber(metricsPort)) {
    return undefined;
  }
  return Array.isArray(links) && links.every(isLink) ? { instanceId, links, metricsPort } : undefined;
}

function isLink(value: unknown): value is NodePortLink {
  if (!isObject(value)) {
    return false;
  }
  const { name, mac, eniId, subnetId, cidrs, isPrimary, addresses } = value;
  return (
    [name, mac, eniId, subnetId].every(isString) &&
    typeof isPrimary === 'boolean' &&
    Array.isArray(cidrs) &&
    cidrs.every(isString) &&
    Array.isArray(addresses) &&
    addresses.every(isAddress)
  );
}

function isAddress(value: unknown): value is NodePortAddress {
  if (!isObject(value)) {
    return false;
  }
  const { address, mode, probePort } = value;
  return isString(address) && (mode === 'Floating' || mode === 'PerNode') && isOptionalNumber(probePort);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isOptionalNumber(value: unknown): value is number | undefined {
  return value === undefined || typeof value === 'number';
}
