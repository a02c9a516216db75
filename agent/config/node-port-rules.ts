import * as z from 'zod';
import { merge, supplierOf } from './merge.ts';
import { canonicalAddress } from './node-port.ts';
import type { Path, Problem } from './problem.ts';
import type { Source } from './source.ts';

/** Faults elsewhere must not hide those between the entries. */
const text = z.string().optional().catch(undefined);
const outline = z.object({
  spec: z.object({
    interfaces: z
      .array(z.object({ name: text }).catch({}))
      .catch([])
      .default([]),
    nodePort: z.array(
      z
        .object({
          interface: text,
          addresses: z.array(z.string().catch('')).catch([]),
          mode: text,
          probePort: z.unknown(),
          primaryIsUnmanaged: z.unknown(),
        })
        .partial()
        .catch({}),
    ),
  }),
});

/**
 * What the entries of `nodePort` make of each other and of `interfaces`, in the whole: they may stand in one source, and
 * the interfaces in another.
 */
export function validateNodePort(sources: readonly Source[]): Problem[] {
  const { data } = outline.safeParse(merge(sources.map(({ value }) => value)));
  if (data === undefined) {
    return [];
  }
  const { interfaces, nodePort } = data.spec;
  const names = interfaces.flatMap(({ name }) => name ?? []);
  const owners = new Map<string, number>();
  return nodePort.flatMap((entry, index) => {
    const at: Path = ['spec', 'nodePort', index];
    const faults: { path: Path; message: string }[] = [];
    const name = entry.interface;
    if (name !== undefined && !names.includes(name) && entry.primaryIsUnmanaged !== true) {
      faults.push({ path: [...at, 'interface'], message: notAnInterface(name, names) });
    }
    if (name !== undefined && names.includes(name) && entry.primaryIsUnmanaged === true) {
      const message = `is for the primary ENI, and ${name} is one of spec.interfaces; remove it`;
      faults.push({ path: [...at, 'primaryIsUnmanaged'], message });
    }
    if (entry.mode === 'PerNode' && entry.probePort !== undefined) {
      const message = "is for mode Floating: nobody takes over an address that is the node's own; remove it";
      faults.push({ path: [...at, 'probePort'], message });
    }
    entry.addresses?.forEach((address, n) => {
      const form = canonicalAddress(address);
      const owner = owners.get(form) ?? index;
      owners.set(form, owner);
      if (owner !== index) {
        const message = `${JSON.stringify(address)} is in spec.nodePort[${owner}] already; remove one`;
        faults.push({ path: [...at, 'addresses', n], message });
      }
    });
    return faults.flatMap(({ path, message }) => {
      const source = supplierOf(sources, path);
      return source === undefined ? [] : [{ source: source.name, ...source.locate(path), path, message }];
    });
  });
}

function notAnInterface(name: string, names: readonly string[]): string {
  const known = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
  return (
    `${JSON.stringify(name)} is not one of spec.interfaces; ${known}. The primary ENI is refused: the VPC CNI hands each ` +
    "of its secondary addresses to a pod, or gives it back. Write an interface of your own, or, where this cluster's CNI " +
    'is another, primaryIsUnmanaged: true'
  );
}
