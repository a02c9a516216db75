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

/** The watcher has not written yet, or it cannot be told what, or here it is. */
export type LastState =
  | { state: 'absent' }
  | { state: 'unreadable'; reason: string }
  | { state: 'read'; watcher: WatcherState };

/** Atomic; throws a `Failure` (9). */
export async function writeState(root: string, state: WatcherState): Promise<void> {
  await writeAtomically(
    paths(root).nodePortState,
    `${JSON.stringify({ schemaVersion, ...state }, null, 2)}\n`,
  );
}

/** Throws a `Failure` (9) if the file is there but the system does not let it be read. */
export async function readState(root: string, instanceId: string): Promise<LastState> {
  const path = paths(root).nodePortState;
  const text = await readIfPresent(path);
  if (text === undefined) {
    return { state: 'absent' };
  }
  const watcher = parseState(text);
  if (watcher === undefined) {
    return { state: 'unreadable', reason: `${path} is not a watcher's state that this version can read` };
  }
  return watcher.instanceId === instanceId
    ? { state: 'read', watcher }
    : { state: 'unreadable', reason: `${path} was written for ${watcher.instanceId}` };
}

/** A state from its file's text; undefined if it is truncated, garbage or of another schema version. */
export function parseState(text: string): WatcherState | undefined {
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
