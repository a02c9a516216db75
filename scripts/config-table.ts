import { readFile, writeFile } from 'node:fs/promises';
import { jsonSchema } from '../agent/config/json-schema.ts';

const start = '<!-- configuration: made by scripts/config-table.ts -->';
const end = '<!-- configuration: end -->';

interface Property {
  description?: string;
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, Property>;
  items?: Property;
  required?: string[];
  /** Kinds of the same thing, the usual one first. */
  oneOf?: Property[];
}

/** `markdown` with the table of all configuration keys, from the schema, between its two markers. */
export function updateTable(markdown: string): string {
  const from = markdown.indexOf(start);
  const to = markdown.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`the document has no place for the table; write ${start} and ${end} where it belongs`);
  }
  return `${markdown.slice(0, from + start.length)}\n${table()}\n${markdown.slice(to)}`;
}

function table(): string {
  const schema: Property = JSON.parse(JSON.stringify(jsonSchema()));
  const rows = rowsOf('spec', schema.properties?.spec ?? {});
  return ['| key | default | what it is | example |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function rowsOf(path: string, property: Property): string[] {
  const usual = property.oneOf?.[0];
  const required = [...(property.required ?? []), ...(usual?.required ?? [])];
  return Object.entries(property.properties ?? {}).flatMap(([key, child]) => {
    const inner = child.items?.properties === undefined ? child : child.items;
    const childPath = `${path}.${key}${inner === child ? '' : '[]'}`;
    const cells = [
      code(childPath),
      inner.properties === undefined
        ? defaultOf({ ...usual?.properties?.[key], ...child }, required.includes(key))
        : '',
      inCell(child.description ?? ''),
      child.examples?.[0] === undefined ? '' : code(JSON.stringify(child.examples[0])),
    ];
    return [`| ${cells.join(' | ')} |`, ...rowsOf(childPath, inner)];
  });
}

function defaultOf(property: Property, required: boolean): string {
  if (required) {
    return 'required';
  }
  return property.default === undefined ? 'none' : code(JSON.stringify(property.default));
}

function code(text: string): string {
  return `\`${text}\``;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (import.meta.main) {
  await writeFile('README.md', updateTable(await readFile('README.md', 'utf8')));
}
