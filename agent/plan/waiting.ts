import type { Sourced } from './eni-source.ts';

/**
 * Interfaces for which none of the ENIs that are available now is left, once others have theirs. Those with the
 * smallest choice are counted first, as `run` leaves them what only they can take.
 */
export function waiting(sources: readonly Sourced[]): string[] {
  const taken = new Set<string>();
  return sources
    .flatMap(({ source }) => (source.kind === 'claim' ? [source] : []))
    .toSorted((a, b) => a.available.length - b.available.length)
    .flatMap(({ config: { name, existing }, own, available }) => {
      const eni = own ?? available.find(({ id }) => !taken.has(id));
      taken.add(eni?.id ?? '');
      return eni === undefined && available.length > 0
        ? `${name}: other interfaces of this node take the ${available.length} available with its existing.tags: ` +
            `it waits up to ${existing.waitMs / 1000} s for another. Make more of them, or give it tags of its own`
        : [];
    });
}
