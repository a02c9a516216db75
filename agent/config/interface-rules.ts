import * as z from 'zod';
import type { Path } from './problem.ts';

/** A rule that is broken between keys: `path` is that of the key to write or to remove. */
export interface Fault {
  path: Path;
  message: string;
}

/** Where an interface's subnets, or its ENI itself, come from. */
const origins = ['subnets', 'subnetTags', 'existing'];
/** What an ENI made beforehand has already. */
export const keptByExisting = ['securityGroups', 'ipv4', 'ipv6', 'tags'];

const keys = z.record(z.string(), z.unknown());
const outline = z.object({ spec: z.object({ interfaces: z.array(z.unknown()) }) });

/**
 * What the keys of a document's interfaces make of each other. The schema looks at each key by itself; these rules
 * look at the document as it is written, so that a fault in one key does not hide those between others.
 */
export function interfaceFaults(document: unknown): Fault[] {
  const entries = (outline.safeParse(document).data?.spec.interfaces ?? []).map((entry) => keysOf(entry));
  const names = entries.map((entry) => entry?.name);
  return entries.flatMap((entry, index) => {
    const faults = entry === undefined ? [] : faultsIn(entry);
    const name = names[index];
    if (typeof name === 'string' && names.indexOf(name) < index) {
      faults.push({ path: ['name'], message: `"${name}" is there twice; write another name` });
    }
    return faults.map(({ path, message }) => ({ path: ['spec', 'interfaces', index, ...path], message }));
  });
}

function faultsIn(entry: Record<string, unknown>): Fault[] {
  const isWritten = (key: string) => Object.hasOwn(entry, key);
  const faults: Fault[] = [];
  const [origin, ...others] = origins.filter(isWritten);
  if (origin === undefined) {
    const message = 'is missing; write ["subnet-0a1b2c3d4e5f60718"], or subnetTags or existing instead';
    faults.push({ path: ['subnets'], message });
  }
  for (const other of others) {
    faults.push({ path: [other], message: `cannot stand beside ${origin}; keep one of them` });
  }
  if (isWritten('existing')) {
    const message = 'is not for existing ENIs, which keep theirs; remove it';
    return [...faults, ...keptByExisting.filter(isWritten).map((key) => ({ path: [key], message }))];
  }
  if (!isWritten('securityGroups')) {
    faults.push({ path: ['securityGroups'], message: 'is missing; write ["sg-0a1b2c3d4e5f60718"]' });
  }
  return [...faults, ...modeFaults(keysOf(entry.ipv4) ?? {}, keysOf(entry.ipv6) ?? {})];
}

function modeFaults(ipv4: Record<string, unknown>, ipv6: Record<string, unknown>): Fault[] {
  const ranges = ['within', 'podRange'].filter((key) => Object.hasOwn(ipv6, key)).join(' and ');
  if (ipv6.mode === undefined && ranges !== '') {
    const message = `is missing, and the default None makes nothing of ${ranges}; write FirstFree`;
    return [{ path: ['ipv6', 'mode'], message }];
  }
  if (ipv4.mode === 'None' && (ipv6.mode ?? 'None') === 'None') {
    const message = 'None leaves the ENI without any address; write FirstFree, or ipv6: {mode: FirstFree}';
    return [{ path: ['ipv4', 'mode'], message }];
  }
  return [];
}

function keysOf(value: unknown): Record<string, unknown> | undefined {
  return keys.safeParse(value).data;
}
