import { ApiError, invalidParameter } from '../model/api-error.ts';
import type { Tags } from '../model/records.ts';
import { type Params, requiredText, structures, texts } from './params.ts';

/** By filter name: the values of a resource that the filter looks at. */
export type FilterTable<T> = Record<string, (resource: T) => readonly string[]>;

/** [?] Whether EC2 counts a filter's values alone or those of all filters together: the stricter reading. */
const maximumValues = 200;

/** A predicate for the request's `Filter` parameters: any value of a filter matches, all filters must. */
export function filterPredicate<T extends { tags: Tags }>(
  params: Params,
  table: FilterTable<T>,
): (resource: T) => boolean {
  const filters = structures(params, 'Filter').map((filter) => ({
    name: requiredText(filter, 'Name'),
    values: texts(filter, 'Value'),
  }));
  const count = filters.reduce((sum, filter) => sum + filter.values.length, 0);
  if (count > maximumValues) {
    throw new ApiError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${maximumValues}`,
    );
  }
  const tests = filters.map(({ name, values }) => {
    const read = reader(table, name);
    const matches = matcher(values);
    return (resource: T) => read(resource).some(matches);
  });
  return (resource) => tests.every((test) => test(resource));
}

/** The value of a filter that is given once with one plain value: what an index can be asked for. */
export function soleFilterValue(params: Params, name: string): string | undefined {
  const values = structures(params, 'Filter').filter((filter) => filter['Name'] === name);
  const [value, ...more] = values.flatMap((filter) => texts(filter, 'Value'));
  return more.length === 0 && value !== undefined && !/[*?\\]/.test(value) ? value : undefined;
}

function reader<T extends { tags: Tags }>(
  table: FilterTable<T>,
  name: string,
): (resource: T) => readonly string[] {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return ({ tags }) => (Object.hasOwn(tags, key) ? [tags[key] ?? ''] : []);
  }
  if (name === 'tag-key') {
    return ({ tags }) => Object.keys(tags);
  }
  if (name === 'tag-value') {
    return ({ tags }) => Object.values(tags);
  }
  const read = Object.hasOwn(table, name) ? table[name] : undefined;
  if (read === undefined) {
    throw invalidParameter(`The filter '${name}' is invalid`);
  }
  return read;
}

/** `*` stands for any characters, `?` for one; a backslash takes that meaning away. */
function matcher(values: readonly string[]): (value: string) => boolean {
  const exact = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const patterns = values.filter((value) => /[*?\\]/.test(value)).map(pattern);
  return (value) => exact.has(value) || patterns.some((each) => each.test(value));
}

function pattern(value: string): RegExp {
  const source = value.replace(/\\[\s\S]|[\s\S]/g, (part) => {
    if (part === '*') {
      return '.*';
    }
    if (part === '?') {
      return '.';
    }
    const literal = part.length > 1 ? part.slice(1) : part;
    return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
