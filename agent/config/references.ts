import * as z from 'zod';
import { referenceFault } from './labels.ts';
import { merge, supplierOf } from './merge.ts';
import type { Problem } from './problem.ts';
import type { Source } from './source.ts';

/** What labels refer to. Faults elsewhere must not hide a wrong reference. */
const ipv4 = z.object({ mode: z.unknown() }).optional().catch(undefined);
const outline = z.object({
  spec: z.object({
    cluster: z.string().optional(),
    interfaces: z.array(z.object({ name: z.string(), ipv4 })).default([]),
    kubelet: z.object({ labels: z.record(z.string(), z.unknown()) }),
  }),
});

/** References that lead nowhere in the whole: labels may stand in one source and their interfaces in another. */
export function validateReferences(sources: readonly Source[]): Problem[] {
  const { data } = outline.safeParse(merge(sources.map(({ value }) => value)));
  if (data === undefined) {
    return [];
  }
  const { cluster, interfaces, kubelet } = data.spec;
  const named = interfaces.map(({ name, ipv4 }) => ({ name, hasIpv4: ipv4?.mode !== 'None' }));
  return Object.entries(kubelet.labels).flatMap(([key, template]) => {
    const message = typeof template === 'string' ? referenceFault(template, named, cluster) : undefined;
    const path = ['spec', 'kubelet', 'labels', key];
    const source = supplierOf(sources, path);
    return message === undefined || source === undefined
      ? []
      : [{ source: source.name, ...source.locate(path), path, message }];
  });
}
