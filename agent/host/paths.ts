import { join } from 'node:path';

/** Where the agent's files are, below the root of the file tree (`--root`, `/` by default). */
export interface Paths {
  /** systemd's .link and .network files. */
  network: string;
  link(interfaceName: string): string;
  networkFile(interfaceName: string): string;
  /** nodeadm's cache: who manages a link, one file for each name. */
  managerCache(instanceId: string): string;
  /** nodeadm's NodeConfig drop-ins. */
  nodeadm: string;
  dropIn: string;
  /** The drop-in's flags once more, for kubelet.service: see systemd/kubelet-flags. */
  kubeletFlags: string;
  intents: string;
  intent(interfaceName: string): string;
  /** The gate: kubelet may start. */
  go: string;
  result: string;
  /** What NodePort addresses the host has, for the watcher (`NodePortSetup`). */
  nodePort: string;
  /** What the watcher knows (`AddressState` of each address), for `nodeport status`. */
  nodePortState: string;
  /** The addresses that this instance was about to be given in EC2: `release` gives them back. No interface's name is so long. */
  nodePortClaims: string;
  /** Held by the watcher. */
  nodePortLock: string;
  /** Held while NodePort addresses are put on their links. */
  nodePortHostLock: string;
  /** Held by the run in progress. */
  lock: string;
}

export const linkFilePrefix = '10-multus-bootstrap-';

/** The paths below one root, which is absolute. */
export function paths(root: string): Paths {
  const network = join(root, 'etc/systemd/network');
  const nodeadm = join(root, 'etc/eks/nodeadm.d');
  const intents = join(root, 'var/lib/multus-bootstrap');
  const run = join(root, 'run/multus-bootstrap');
  return {
    network,
    link: (interfaceName) => join(network, `${linkFilePrefix}${interfaceName}.link`),
    networkFile: (interfaceName) => join(network, `${linkFilePrefix}${interfaceName}.network`),
    managerCache: (instanceId) => join(root, 'etc/eks/nodeadm/udev-net-manager', instanceId),
    nodeadm,
    dropIn: join(nodeadm, '60-multus-bootstrap.yaml'),
    kubeletFlags: join(run, 'kubelet-flags'),
    intents,
    intent: (interfaceName) => join(intents, `${interfaceName}.json`),
    go: join(run, 'go'),
    result: join(run, 'result.json'),
    nodePort: join(run, 'nodeport.json'),
    nodePortState: join(run, 'nodeport-state.json'),
    nodePortClaims: join(intents, 'nodeport-addresses.json'),
    nodePortLock: join(run, 'nodeport-lock'),
    nodePortHostLock: join(run, 'nodeport-host-lock'),
    lock: join(run, 'lock'),
  };
}
