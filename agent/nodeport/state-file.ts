import { ExitCode, Failure } from '../failure.ts';
import { readIfPresent, writeAtomically } from '../host/files.ts';
import { isObject, parseJsonObject } from '../host/json.ts';
import { paths } from '../host/paths.ts';
import type { AddressState } from './state.ts';

const schemaVersion = 1;

/** What the watcher knew when it last wrote. */
export interface WatcherState {
  instanceId: string;
  /** ISO 8601. */
  writtenAt: string;
  addresses: readonly AddressState[];
}

/** Atomic; throws a `Failure` (9). */
export async function writeState(root: string, state: WatcherState): Promise<void> {
  await writeAtomically(
    paths(root).nodePortState,
    `${JSON.stringify({ schemaVersion, ...state }, null, 2)}\n`,
  );
}

/** Undefined where it has not written yet. Throws a `Failure` (9), also where the file is another instance's. */
export async function readState(root: string, instanceId: string): Promise<WatcherState | undefined> {
  const path = paths(root).nodePortState;
  const text = await readIfPresent(path);
  if (text === undefined) {
    return undefined;
  }
  const state = parseState(text);
  if (state === undefined) {
    throw refused(`${path} is not a watcher's state that this version can read`);
  }
  if (state.instanceId !== instanceId) {
    throw refused(`${path} was written for ${state.instanceId}`);
  }
  return state;
}

function refused(what: string): Failure {
  return new Failure(ExitCode.host, `${what}; the watcher writes it anew`);
}

/** A state from its file's text; undefined if it is truncated, garbage or of another schema version. */
function parseState(text: string): WatcherState | undefined {
  const json = parseJsonObject(text);
  if (json === undefined || json.schemaVersion !== schemaVersion) {
    return undefined;
  }
  const { instanceId, writtenAt, addresses } = json;
  if (typeof instanceId !== 'string' || typeof writtenAt !== 'string' || !Array.isArray(addresses)) {
    return undefined;
  }
  return addresses.every(isAddressState) ? { instanceId, writtenAt, addresses } : undefined;
}

/** The file is the watcher's own and written whole: what could be wrong with it is that something else wrote it. */
function isAddressState(value: unknown): value is AddressState {
  if (!isObject(value)) {
    return false;
  }
  const { address, interface: link, role, holder } = value;
  return (
    typeof address === 'string' &&
    typeof link === 'string' &&
    (role === 'holder' || role === 'candidate') &&
    (holder === undefined || isObject(holder)) &&
    [value.moves, value.candidates, value.probes].every((list) => Array.isArray(list) && list.every(isObject))
  );
}
