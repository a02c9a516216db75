import { parseDuration } from './fields.ts';
import type { Spec } from './schema.ts';

/** The effective configuration: validated, merged, with its defaults. */
export interface NodeConfig {
  cluster: string | undefined;
  timeoutMs: number;
  failurePolicy: FailurePolicy;
  interfaces: InterfaceConfig[];
  /** For the instance, once its interfaces are whole. */
  instanceTags: Readonly<Record<string, string>>;
  /** Label values may hold references, `${eth1.subnetId}`. */
  labels: Record<string, string>;
  maxPods: Spec['kubelet']['maxPods'];
}

export type FailurePolicy = Spec['failurePolicy'];

interface CommonInterface {
  name: string;
  networkCard: number;
  /** In bytes. */
  mtu: number;
}

/** An interface whose ENI the agent creates. */
export interface CreatedInterface extends CommonInterface {
  existing: undefined;
  /** None where `subnetTags` select them. */
  subnets: readonly string[];
  subnetTags: Readonly<Record<string, string>> | undefined;
  securityGroups: string[];
  ipv4: AddressConfig;
  ipv6: AddressConfig;
  sourceDestCheck: boolean;
  deleteOnTermination: boolean;
  tags: Readonly<Record<string, string>>;
}

/** An interface whose ENI was made beforehand: what is undefined is left as it is. */
export interface ExistingInterface extends CommonInterface {
  existing: { tags: Readonly<Record<string, string>>; waitMs: number };
  sourceDestCheck: boolean | undefined;
  deleteOnTermination: boolean | undefined;
}

export type InterfaceConfig = CreatedInterface | ExistingInterface;

/** How the address of one IP version is chosen. */
export interface AddressConfig {
  mode: 'FirstFree' | 'Automatic' | 'None';
  /** The workers' part, CIDRs or first-last. */
  within: readonly string[];
  /** The pods' part, likewise. */
  podRange: readonly string[];
}

/** The configuration as the run uses it. */
export function toNodeConfig(spec: Spec): NodeConfig {
  return {
    cluster: spec.cluster,
    timeoutMs: parseDuration(spec.timeout),
    failurePolicy: spec.failurePolicy,
    interfaces: spec.interfaces.map(toInterface),
    instanceTags: spec.instanceTags,
    labels: spec.kubelet.labels,
    maxPods: spec.kubelet.maxPods,
  };
}

function toInterface(written: Spec['interfaces'][number]): InterfaceConfig {
  if (written.existing === undefined) {
    return { ...written, subnets: written.subnets ?? [] };
  }
  const { tags, wait } = written.existing;
  return { ...written, existing: { tags, waitMs: parseDuration(wait) } };
}
