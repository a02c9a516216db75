/** What NodePort addresses this node has on which of its links: from `run` to the watcher, and to `status`. */
export interface NodePortSetup {
  instanceId: string;
  links: readonly NodePortLink[];
  /** Of 127.0.0.1; undefined: no metrics. */
  metricsPort?: number | undefined;
}

/** A link that carries NodePort addresses, and its ENI. */
export interface NodePortLink {
  /** As the kernel calls it. */
  name: string;
  /** Lower case. */
  mac: string;
  eniId: string;
  subnetId: string;
  /** The subnet's, of both IP versions. */
  cidrs: readonly string[];
  /** The primary ENI, of a cluster whose CNI leaves its secondary addresses alone. */
  isPrimary: boolean;
  addresses: readonly NodePortAddress[];
}

export interface NodePortAddress {
  /** In canonical form. */
  address: string;
  mode: 'Floating' | 'PerNode';
  /** TCP; undefined: the holder is probed by ICMP alone. */
  probePort?: number | undefined;
}
