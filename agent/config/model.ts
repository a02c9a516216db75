/** The effective configuration: validated, merged, with its defaults. */

export type FailurePolicy = 'Block' | 'Taint' | 'Ignore';

export interface Ipv4Config {
  mode: 'FirstFree' | 'Automatic';
  /** The workers' part of the subnets: CIDRs or `first-last`. Empty: all of the subnet. */
  within: string[];
  /** The pods' part: never claimed from. CIDRs or `first-last`. */
  podRange: string[];
}

export interface InterfaceConfig {
  name: string;
  subnets: string[];
  securityGroups: string[];
  ipv4: Ipv4Config;
  networkCard: number;
  sourceDestCheck: boolean;
  deleteOnTermination: boolean;
  mtu: number;
  tags: Record<string, string>;
}

export interface NodeConfig {
  cluster: string | undefined;
  timeoutMs: number;
  failurePolicy: FailurePolicy;
  interfaces: InterfaceConfig[];
  /** Label values may hold references, `${eth1.subnetId}`. */
  labels: Record<string, string>;
  maxPods: 'Adjust' | 'Keep';
}
