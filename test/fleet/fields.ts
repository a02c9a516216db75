import type { Answer } from '../simulator/http/xml.ts';
import type { Fields } from './send.ts';

/** The text at the end of a way through an answer's structures. Throws where there is none. */
export function only(fields: Fields, ...way: readonly string[]): string {
  let at: Answer = fields;
  for (const name of way) {
    at = isFields(at) ? at[name] : undefined;
  }
  if (typeof at !== 'string') {
    throw new Error(`an answer has no ${way.join('.')}`);
  }
  return at;
}

/** One text of each item of a list. */
export function texts(fields: Fields, list: string, name: string): string[] {
  return items(fields, list).map((item) => only(item, name));
}

/** One text of each item of the lists in a list. */
export function textsBelow(fields: Fields, list: string, inner: string, name: string): string[] {
  return items(fields, list).flatMap((item) => texts(item, inner, name));
}

function items(fields: Fields, list: string): Fields[] {
  const all = fields[list];
  return Array.isArray(all) ? all.filter(isFields) : [];
}

function isFields(answer: Answer): answer is Fields {
  return typeof answer === 'object' && !Array.isArray(answer);
}
