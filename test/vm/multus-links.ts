import type { KubeletStart } from './kubelet-start.ts';
import type { VmNode } from './vm-node.ts';

/** Links as tests compare them: which ENI each is, by the interface that EC2's tag says; without `lo` and the primary. */
export function multusLinks(node: VmNode, links: KubeletStart['links']): object[] {
  const interfaces = new Map(
    node.enis().map(({ mac, tags }) => [mac, tags['multus-bootstrap.io/interface']]),
  );
  return links
    .filter(({ name }) => name !== 'lo' && name !== 'ens5')
    .map(({ mac, ...rest }) => ({ ...rest, eni: interfaces.get(mac) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A link as a Multus ENI's is to be. */
export function readyLink(name: string): object {
  return { name, eni: name, mtu: 9001, up: true, addresses: [] };
}
