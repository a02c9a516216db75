import { intersect, parseRange } from '../claim/range.ts';
import type { NodeConfig } from './model.ts';

/** What is odd about `nodePort` and `metricsPort`. */
export function nodePortWarnings({ interfaces, nodePort, metricsPort }: NodeConfig): string[] {
  const addresses = nodePort.flatMap((entry) => entry.addresses);
  const forPods = interfaces.flatMap((each) => {
    const podRange = each.existing === undefined ? [...each.ipv4.podRange, ...each.ipv6.podRange] : [];
    const ranges = podRange.map(parseRange);
    const inside = addresses.filter((address) => intersect([parseRange(address)], ranges).length > 0);
    return inside.length === 0
      ? []
      : `${each.name}: a pod may be given a NodePort address that is inside podRange: keep ${inside.join(', ')} out of it, and ` +
          "out of the ranges of the pods' IPAM";
  });
  const isWatched = nodePort.some(({ mode }) => mode === 'Floating');
  return metricsPort === undefined || isWatched
    ? forPods
    : [
        ...forPods,
        'spec.metricsPort does nothing here: what serves metrics runs only where spec.nodePort has addresses of mode Floating',
      ];
}
