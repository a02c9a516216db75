import type { Eni } from '../claim/facts.ts';
import type { InterfaceConfig } from '../config/model.ts';

export const group = 'multus-bootstrap.io';

export const tagKeys = {
  /** The VPC CNI leaves an ENI alone only if this is exactly `true`, and only if it is so from the first moment. */
  noManage: 'node.k8s.amazonaws.com/no_manage',
  instanceId: `${group}/instance-id`,
  interface: `${group}/interface`,
  cluster: `${group}/cluster`,
  created: `${group}/created`,
} as const;

/** The tags that an ENI is created with: the user's, and ours, which win. */
export function tagsFor(
  config: InterfaceConfig,
  instanceId: string,
  cluster: string | undefined,
): Record<string, string> {
  return {
    Name: [cluster, instanceId, config.name].filter((part) => part !== undefined).join('/'),
    ...config.tags,
    [tagKeys.noManage]: 'true',
    [tagKeys.instanceId]: instanceId,
    [tagKeys.interface]: config.name,
    ...(cluster === undefined ? {} : { [tagKeys.cluster]: cluster }),
    [tagKeys.created]: 'true',
  };
}

/** Whether an earlier run on this instance created the ENI: only those are ever deleted. */
export function isOurs(eni: Eni, instanceId: string): boolean {
  return eni.tags[tagKeys.instanceId] === instanceId && eni.tags[tagKeys.created] === 'true';
}
