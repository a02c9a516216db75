import { basename, join } from 'node:path';
import type { Log } from '../report/log.ts';
import { ageOf, namesIn, readIfPresent, removeFile, writeAtomically } from './files.ts';
import { isObject, parseJsonObject } from './json.ts';
import { paths } from './paths.ts';
import type { CreateIntent, Intent, StoredIntent } from './port.ts';

const schemaVersion = 1;

/** The intents of this instance. A file that is not one is told of, and left out: it must not stop a boot. */
export async function readIntents(root: string, instanceId: string, log: Log): Promise<StoredIntent[]> {
  const { intents: folder, nodePortClaims } = paths(root);
  const isIntent = (name: string) => name.endsWith('.json') && name !== basename(nodePortClaims);
  const intents: StoredIntent[] = [];
  for (const name of (await namesIn(folder)).filter(isIntent)) {
    const path = join(folder, name);
    const intent = parseIntent((await readIfPresent(path)) ?? '');
    if (intent === undefined) {
      log.warn(
        `${path} is not an intent that this version can read: left out. What it was about is found by its tags ` +
          'in EC2, if it was created',
      );
    } else if (intent.instanceId === instanceId) {
      intents.push({ ...intent, ageMs: await ageOf(path) });
    }
  }
  return intents;
}

/** In place of the interface's last one. On the disk when this resolves. Throws a `Failure` (9). */
export async function writeIntent(root: string, intent: Intent): Promise<void> {
  const content = JSON.stringify({ schemaVersion, ...intent }, null, 2);
  await writeAtomically(paths(root).intent(intent.interface), `${content}\n`);
}

/** Nothing if there is none. Throws a `Failure` (9). */
export async function removeIntent(root: string, interfaceName: string): Promise<void> {
  await removeFile(paths(root).intent(interfaceName));
}

/** An intent from its file's text; undefined if it is truncated, garbage or of another schema version. */
export function parseIntent(text: string): Intent | undefined {
  const json = parseJsonObject(text);
  if (json === undefined || json.schemaVersion !== schemaVersion) {
    return undefined;
  }
  const intent = json.kind === 'claim' ? parseClaim(json) : parseCreate(json);
  return intent && json.isTakenBack === true ? { ...intent, isTakenBack: true } : intent;
}

function parseClaim({ instanceId, interface: name, eniId, mac }: Record<string, unknown>) {
  return isString(instanceId) && isString(name) && isString(eniId) && isString(mac)
    ? ({ kind: 'claim', instanceId, interface: name, eniId, mac } as const)
    : undefined;
}

function parseCreate(json: Record<string, unknown>): CreateIntent | undefined {
  const { kind, instanceId, interface: name, subnetId, securityGroups, description, tags, nonce } = json;
  const { address, ipv6Address, ipv6AddressCount, eniId, mac } = json;
  if (kind !== 'create' || !isString(instanceId) || !isString(name) || !isString(subnetId)) {
    return undefined;
  }
  if (!isString(description) || !isString(nonce) || !isStrings(securityGroups) || !isStringMap(tags)) {
    return undefined;
  }
  if (!isOptionalString(address) || !isOptionalString(ipv6Address)) {
    return undefined;
  }
  if (!isOptionalString(eniId) || !isOptionalString(mac) || !isOptionalNumber(ipv6AddressCount)) {
    return undefined;
  }
  return {
    kind,
    instanceId,
    interface: name,
    subnetId,
    ...(address === undefined ? {} : { address }),
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
    ...(ipv6AddressCount === undefined ? {} : { ipv6AddressCount }),
    securityGroups,
    description,
    tags,
    nonce,
    ...(eniId === undefined ? {} : { eniId }),
    ...(mac === undefined ? {} : { mac }),
  };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || isString(value);
}

function isOptionalNumber(value: unknown): value is number | undefined {
  return value === undefined || typeof value === 'number';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}

function isStringMap(value: unknown): value is Record<string, string> {
  return isObject(value) && isStrings(Object.values(value));
}
