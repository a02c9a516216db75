import type * as z from 'zod';
import { parseDuration } from './fields.ts';
import type { interfaceSchema, Spec } from './schema.ts';

/** The effective configuration: validated, merged, with its defaults. */
export interface NodeConfig {
  cluster: string | undefined;
  timeoutMs: number;
  failurePolicy: FailurePolicy;
  interfaces: InterfaceConfig[];
  /** Label values may hold references, `${eth1.subnetId}`. */
  labels: Record<string, string>;
  maxPods: Spec['kubelet']['maxPods'];
}

export type FailurePolicy = Spec['failurePolicy'];
export type InterfaceConfig = z.output<typeof interfaceSchema>;
export type Ipv4Config = InterfaceConfig['ipv4'];

/** The configuration as the run uses it. */
export function toNodeConfig(spec: Spec): NodeConfig {
  return {
    cluster: spec.cluster,
    timeoutMs: parseDuration(spec.timeout),
    failurePolicy: spec.failurePolicy,
    interfaces: spec.interfaces,
    labels: spec.kubelet.labels,
    maxPods: spec.kubelet.maxPods,
  };
}
