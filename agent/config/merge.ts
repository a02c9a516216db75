import type { Path } from './problem.ts';
import type { Source } from './source.ts';

/** The sources' values as one, the later winning: maps key by key, lists and all else whole. */
export function merge(values: readonly unknown[]): unknown {
  return values.reduce(mergeTwo, undefined);
}

function mergeTwo(earlier: unknown, later: unknown): unknown {
  if (!isMap(earlier) || !isMap(later)) {
    return later;
  }
  const merged = new Map(Object.entries(earlier));
  for (const [key, value] of Object.entries(later)) {
    merged.set(key, merged.has(key) ? mergeTwo(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

/** The source whose value at `path` is in effect; undefined for a default. */
export function supplierOf(sources: readonly Source[], path: Path): Source | undefined {
  const list = path.findIndex((step) => typeof step === 'number');
  const mergedPath = list < 0 ? path : path.slice(0, list);
  const supplier = sources.findLast(({ value }) => has(value, mergedPath));
  return supplier !== undefined && has(supplier.value, path) ? supplier : undefined;
}

function has(value: unknown, path: Path): boolean {
  const [step, ...rest] = path;
  if (step === undefined) {
    return true;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
    return false;
  }
  return has(Object.entries(value).find(([key]) => key === String(step))?.[1], rest);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
