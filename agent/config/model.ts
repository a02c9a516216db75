import { formatAddress, isIpv6, parseAddress } from '../claim/range.ts';
import { parseDuration } from './fields.ts';
import type { Spec } from './schema.ts';

/** The effective configuration: validated, merged, with its defaults. */
export interface NodeConfig {
  cluster: string | undefined;
  timeoutMs: number;
  failurePolicy: FailurePolicy;
  interfaces: InterfaceConfig[];
  nodePort: NodePortConfig[];
  /** Of 127.0.0.1, where the watcher serves metrics; undefined: nowhere. */
  metricsPort: number | undefined;
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
  /** Those that name it. */
  nodePort?: readonly NodePortConfig[];
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
  /** The NodePort addresses of that version: never claimed, since a primary address can never move to another ENI. */
  nodePort?: readonly string[];
}

/** Addresses at which NodePort services are reached. */
export interface NodePortConfig {
  /** In canonical form, in the configured order. */
  addresses: readonly string[];
  /** One of the configured interfaces; else the primary ENI's link, by name, or `primary`. */
  interface: string;
  mode: 'Floating' | 'PerNode';
  /** TCP; undefined: only ICMP. */
  probePort: number | undefined;
  /** Whether the interface may be the primary ENI. */
  primaryIsUnmanaged: boolean;
}

/** The configuration as the run uses it. */
export function toNodeConfig(spec: Spec): NodeConfig {
  const nodePort = spec.nodePort.map(toNodePort);
  return {
    cluster: spec.cluster,
    timeoutMs: parseDuration(spec.timeout),
    failurePolicy: spec.failurePolicy,
    interfaces: spec.interfaces.map((each) => toInterface(each, nodePort)),
    nodePort,
    metricsPort: spec.metricsPort,
    instanceTags: spec.instanceTags,
    labels: spec.kubelet.labels,
    maxPods: spec.kubelet.maxPods,
  };
}

function toNodePort(written: Spec['nodePort'][number]): NodePortConfig {
  const addresses = written.addresses.map((each) => formatAddress(parseAddress(each)));
  return { ...written, addresses, probePort: written.probePort };
}

function toInterface(written: Spec['interfaces'][number], all: readonly NodePortConfig[]): InterfaceConfig {
  const nodePort = all.filter((each) => each.interface === written.name);
  if (written.existing === undefined) {
    const reserved = all.flatMap(({ addresses }) => addresses);
    const ofVersion = (areIpv6: boolean) => reserved.filter((each) => isIpv6(each) === areIpv6);
    return {
      ...written,
      subnets: written.subnets ?? [],
      ipv4: { ...written.ipv4, nodePort: ofVersion(false) },
      ipv6: { ...written.ipv6, nodePort: ofVersion(true) },
      nodePort,
    };
  }
  const { tags, wait } = written.existing;
  return { ...written, existing: { tags, waitMs: parseDuration(wait) }, nodePort };
}
