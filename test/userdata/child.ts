import assert from 'node:assert/strict';
import { isObject, type JsonObject } from '../../agent/host/json.ts';

/** What stands under a key of an object that must have one there. */
export function child(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  assert(isObject(value), `${key} is an object`);
  return value;
}
