import type { NodePortLink, NodePortSetup } from './setup.ts';

/** The links with the addresses that the watcher is for, and no others. */
export function floatingLinks({ links }: NodePortSetup): NodePortLink[] {
  return links
    .map((link) => ({ ...link, addresses: link.addresses.filter(({ mode }) => mode === 'Floating') }))
    .filter(({ addresses }) => addresses.length > 0);
}
