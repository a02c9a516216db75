import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml';
import { decodeText } from './encoding.ts';
import type { Path, Problem } from './problem.ts';

/** Larger than any configuration can be, small enough to parse at boot in no time. */
export const largestDocument = 256 * 1024;

/** One configuration document, and where each of its values stands. */
export interface Source {
  name: string;
  value: unknown;
  /** The place of the value at `path`, or of the nearest map or list above it. */
  locate(path: Path): { line: number; column: number };
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
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document?.contents == null) {
    return [{ source: name, message: 'is empty; write a MultusNodeConfig or remove it' }];
  }
  if (second !== undefined) {
    const message = 'a second document starts here; write one document a file or part';
    return [{ source: name, ...place(second.range[0]), message }];
  }
  // A warning is a tag that YAML does not know, `!Ref`: its value would be taken for a string.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return faults.map((fault) => ({
      source: name,
      ...place(fault.pos[0]),
      message: `is not valid YAML: ${fault.message}`,
    }));
  }
  return toSource(name, document, place);
}

function toSource(
  name: string,
  document: Document.Parsed,
  place: (offset: number) => { line: number; column: number },
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
    locate: (path) => place(nodesOn(document, path).at(-1)?.range?.[0] ?? 0),
    written: (path) => {
      const nodes = nodesOn(document, path);
      const node = nodes.length === path.length + 1 ? nodes.at(-1) : undefined;
      return isScalar(node) && typeof node.source === 'string' ? node.source : undefined;
    },
  };
}

/** The nodes from the root down to the value at `path`, as far as they exist; for a missing value of a key, the key. */
function nodesOn(document: Document.Parsed, path: Path): Node[] {
  const nodes: Node[] = [];
  let next: unknown = document.contents;
  for (const step of [...path, undefined]) {
    const node = isAlias(next) ? next.resolve(document) : next;
    if (!isNode(node)) {
      break;
    }
    nodes.push(isNode(next) ? next : node);
    if (step === undefined) {
      break;
    }
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      next = pair?.value ?? pair?.key;
    } else {
      next = 'items' in node ? (node.items as unknown[])[Number(step)] : undefined;
    }
  }
  return nodes;
}
