import * as z from 'zod';
import { interfaceFaults } from './interface-rules.ts';
import type { Path, Problem } from './problem.ts';
import { apiVersion, documentSchema } from './schema.ts';
import type { Source } from './source.ts';
import { nearest } from './suggest.ts';

/** Everything that is wrong with one document by itself, in the order of its lines. */
export function validate(source: Source): Problem[] {
  const result = documentSchema.safeParse(source.value, { reportInput: true });
  const inKeys = (result.error?.issues ?? []).flatMap((issue) => explain(issue, source));
  const betweenKeys = interfaceFaults(source.value).map((fault) => ({
    source: source.name,
    ...source.locateKey(fault.path),
    ...fault,
  }));
  return [...inKeys, ...betweenKeys].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

function explain(issue: z.core.$ZodIssue, source: Source): Problem[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const keyPath = [...path, key];
      return {
        source: source.name,
        ...source.locateKey(keyPath),
        path: keyPath,
        message: unknownKey(path, key),
      };
    });
  }
  if (issue.code === 'invalid_key') {
    const place = source.locateKey(path);
    return issue.issues.map(({ message }) => ({ source: source.name, ...place, path, message }));
  }
  return [{ source: source.name, ...source.locate(path), path, message: valueMessage(issue, path, source) }];
}

function valueMessage(issue: z.core.$ZodIssue, path: Path, source: Source): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input, path, source.written(path));
    case 'invalid_value':
      return wrongValue(issue.values.map(String), issue.input, path);
    case 'too_small':
    case 'too_big':
      return outOfBounds(issue, path);
    default:
      return issue.message;
  }
}

function unknownKey(path: Path, key: string): string {
  const known = Object.keys(schemaAt(path).properties ?? {});
  const meant = nearest(key, known);
  return meant === undefined
    ? `is not a key here; there are ${known.join(', ')}`
    : `is not a key here; write ${meant}`;
}

function wrongType(expected: string, input: unknown, path: Path, written: string | undefined): string {
  const wanted = typeNames[expected] ?? expected;
  const example = exampleAt(path);
  if (input === undefined) {
    return `is missing; write ${example ?? wanted}`;
  }
  if (input === null) {
    return `has no value; write ${example ?? wanted}, or remove the key`;
  }
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')) {
    const text = written ?? String(input);
    const reading = text === String(input) ? `a ${typeof input}` : `the ${typeof input} ${input}`;
    const { pattern } = schemaAt(path);
    const fits = pattern === undefined || new RegExp(pattern).test(text);
    const remedy = fits ? `it in quotes, "${text}"` : (example ?? wanted);
    return `${text} is read as ${reading}, not as text; write ${remedy}`;
  }
  const found = Array.isArray(input) ? 'a list' : (typeNames[typeof input] ?? typeof input);
  const shown = typeof input === 'object' ? '' : `${JSON.stringify(input)} `;
  const remedy = expected === 'boolean' ? booleanFor(input) : (example ?? wanted);
  return `${shown}is ${found}, not ${wanted}; write ${remedy}`;
}

/** A map may have a key `toString`: then it is no text of its own accord. */
function asText(input: unknown): string {
  return typeof input === 'object' ? JSON.stringify(input) : String(input);
}

/** YAML 1.2 reads `yes` and `no` as text; YAML 1.1 read them as booleans. */
function booleanFor(input: unknown): string {
  const word = asText(input).toLowerCase();
  return ['yes', 'on', 'true'].includes(word)
    ? 'true'
    : ['no', 'off', 'false'].includes(word)
      ? 'false'
      : 'true or false';
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

function wrongValue(allowed: string[], input: unknown, path: Path): string {
  if (input === undefined) {
    return `is missing; write ${allowed[0]}`;
  }
  if (path.at(-1) === 'apiVersion') {
    return `${JSON.stringify(input)} is not a version that this agent reads; write ${apiVersion}`;
  }
  const meant = nearest(asText(input), allowed);
  return `${JSON.stringify(input)} is not one of its values; write ${meant ?? allowed.join(' or ')}`;
}

function outOfBounds(issue: z.core.$ZodIssue & { code: 'too_small' | 'too_big' }, path: Path): string {
  if (issue.origin !== 'number' && issue.origin !== 'int') {
    return issue.message;
  }
  const { minimum, maximum } = schemaAt(path);
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? 'or more' : `to ${maximum}`;
  return `${issue.input} is out of bounds; write a whole number, ${minimum} ${most}`;
}

function exampleAt(path: Path): string | undefined {
  const [example] = schemaAt(path).examples ?? [];
  return example === undefined ? undefined : JSON.stringify(example);
}

/** The part of the JSON Schema that describes the value at `path`. */
function schemaAt(path: Path): z.core.JSONSchema.BaseSchema {
  let schema: unknown = z.toJSONSchema(documentSchema, { io: 'input' });
  for (const step of path) {
    const { properties, items } = isSchema(schema) ? schema : {};
    schema = typeof step === 'number' ? items : properties?.[step];
  }
  return isSchema(schema) ? schema : {};
}

function isSchema(value: unknown): value is z.core.JSONSchema.BaseSchema {
  return typeof value === 'object' && value !== null;
}
