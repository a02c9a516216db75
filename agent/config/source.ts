import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { decodeText } from './encoding.ts';
import type { Path, Problem } from './problem.ts';

/** Larger than any configuration can be, small enough to parse at boot in no time. */
export const largestDocument = 256 * 1024;

/** Of faults in the syntax: one that the parser stumbles over gives rise to others. */
const mostFaults = 10;

/** Both from 1. */
interface Place {
  line: number;
  column: number;
}

/** One configuration document, and where each of its values stands. */
export interface Source {
  /** As messages name it: a file's path, or the part of the user data. */
  name: string;
  value: unknown;
  /** The place of the value at `path`, or of the nearest map or list above it. */
  locate(path: Path): Place;
  /** The place of the key at `path`. */
  locateKey(path: Path): Place;
  /** The scalar at `path` as it was written, before YAML gave it a type: `0123`. */
  written(path: Path): string | undefined;
}

/** YAML 1.2 or JSON, which is a part of it: one document, without duplicate keys, with a bound on aliases. */
export function parseSource(name: string, bytes: Uint8Array, charset?: string): Source | Problem[] {
  if (bytes.length > largestDocument) {
    return [{ source: name, message: `is larger than ${largestDocument / 1024} KiB; no configuration is` }];
  }
  const text = decodeText(bytes, charset);
  if (typeof text !== 'string') {
    return [{ source: name, message: text.error }];
  }
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [document, second] = Array.isArray(parsed) ? parsed.filter((candidate) => !isEmpty(candidate)) : [];
  if (document === undefined) {
    return [{ source: name, message: 'is empty; write a MultusNodeConfig or remove it' }];
  }
  if (second !== undefined) {
    const message = 'a second document starts here; write one document a file or part';
    return [{ source: name, ...place(second.range[0]), message }];
  }
  // A warning is a tag that YAML does not know, `!Ref`: its value would be taken for a string.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return faults.slice(0, mostFaults).map((fault) => ({
      source: name,
      ...place(fault.pos[0]),
      message: `is not valid YAML: ${fault.message}`,
    }));
  }
  return toSource(name, document, place);
}

/** A separator may stand at the end, with nothing but comments behind it. */
function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function toSource(
  name: string,
  document: Document.Parsed,
  place: (offset: number) => Place,
): Source | Problem[] {
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // The library's bound on "billion laughs", and aliases without an anchor.
    return [{ source: name, message: `cannot be read: ${error instanceof Error ? error.message : error}` }];
  }
  return {
    name,
    value,
    locate: (path) => place(offsetOf(entryAt(document, path).value)),
    locateKey: (path) => place(offsetOf(entryAt(document, path).key)),
    written: (path) => {
      const { value: node, found } = entryAt(document, path);
      return found && isScalar(node) && typeof node.source === 'string' ? node.source : undefined;
    },
  };
}

/** The nodes that stand for a path's last step, or for the last of its steps that exist. */
function entryAt(document: Document.Parsed, path: Path): { key: unknown; value: unknown; found: boolean } {
  let key: unknown = document.contents;
  let value: unknown = document.contents;
  for (const step of path) {
    const parent = isAlias(value) ? value.resolve(document) : value;
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step))
      : undefined;
    const item: unknown = isSeq(parent) ? parent.items[Number(step)] : pair?.value;
    if (item === undefined) {
      return { key, value, found: false };
    }
    key = pair?.key ?? item;
    value = item;
  }
  return { key, value, found: true };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
