import { isIP } from 'node:net';
import type { Eni } from '../claim/facts.ts';
import type { CreatedInterface } from '../config/model.ts';

export const group = 'multus-bootstrap.io';

export const tagKeys = {
  /** The VPC CNI leaves an ENI alone only if this is exactly `true`, and only if it is so from the first moment. */
  noManage: 'node.k8s.amazonaws.com/no_manage',
  /** The VPC CNI gives it to the ENIs that it makes, and deletes those that have it and are available. */
  cni: 'node.k8s.amazonaws.com/instance_id',
  instanceId: `${group}/instance-id`,
  interface: `${group}/interface`,
  cluster: `${group}/cluster`,
  /** Made by us: it may be deleted. */
  created: `${group}/created`,
  /** Only claimed: it is the user's. */
  existing: `${group}/existing`,
  /** The Floating addresses that its node carries, with blanks between them: it may be handed any of them. */
  nodePort: `${group}/nodeport`,
} as const;

export const noManage: Readonly<Record<string, string>> = { [tagKeys.noManage]: 'true' };

/**
 * The tags that an ENI is created with: the user's, and ours, which win.
 *
 * @param floating the NodePort addresses that its node is to carry there
 */
export function tagsFor(
  config: CreatedInterface,
  instanceId: string,
  cluster: string | undefined,
  floating: readonly string[] = [],
): Record<string, string> {
  return {
    Name: [cluster, instanceId, config.name].filter((part) => part !== undefined).join('/'),
    ...config.tags,
    ...noManage,
    ...ownerTags(config.name, instanceId, cluster),
    [tagKeys.created]: 'true',
    ...carrierTags(floating),
  };
}

/** By which the watchers of other nodes know that this one's ENI may be handed the addresses; none where there are none. */
export function carrierTags(floating: readonly string[]): Record<string, string> {
  return floating.length === 0 ? {} : { [tagKeys.nodePort]: floating.join(' ') };
}

/** The addresses that `carrierTags` names, of an ENI's tags. */
export function carriedBy({ tags }: Pick<Eni, 'tags'>): string[] {
  return (tags[tagKeys.nodePort] ?? '').split(' ').filter((each) => isIP(each) !== 0);
}

/** What the primary ENI bears for them, which no other tag of ours tells from those of other nodes. */
export function primaryTags(floating: readonly string[]): Record<string, string> {
  return floating.length === 0 ? {} : { [tagKeys.interface]: 'primary', ...carrierTags(floating) };
}

/**
 * The tags that an ENI made beforehand bears while it is this instance's. `no_manage` is not among them: it goes
 * before the attach and stays, or the VPC CNI would take the ENI for its own at its next attach.
 */
export function claimTags(
  interfaceName: string,
  instanceId: string,
  cluster: string | undefined,
): Record<string, string> {
  return { ...ownerTags(interfaceName, instanceId, cluster), [tagKeys.existing]: 'true' };
}

function ownerTags(
  interfaceName: string,
  instanceId: string,
  cluster: string | undefined,
): Record<string, string> {
  return {
    [tagKeys.instanceId]: instanceId,
    [tagKeys.interface]: interfaceName,
    ...(cluster === undefined ? {} : { [tagKeys.cluster]: cluster }),
  };
}

/** Those of an ENI's tags that a claim put there. */
export function claimTagsOf({ tags }: Eni): Record<string, string> {
  const keys: string[] = [
    tagKeys.instanceId,
    tagKeys.interface,
    tagKeys.cluster,
    tagKeys.existing,
    tagKeys.nodePort,
  ];
  return Object.fromEntries(Object.entries(tags).filter(([key]) => keys.includes(key)));
}

/** Whether an earlier run on this instance created the ENI: only those are ever deleted. */
export function isOurs(eni: Eni, instanceId: string): boolean {
  return eni.tags[tagKeys.instanceId] === instanceId && eni.tags[tagKeys.created] === 'true';
}

/** Whether an earlier run on this instance claimed the ENI, which was made beforehand. */
export function isClaimed(eni: Eni, instanceId: string): boolean {
  return eni.tags[tagKeys.instanceId] === instanceId && eni.tags[tagKeys.existing] === 'true' && !isMade(eni);
}

/** Whether an untagging that ended half-way has left a claim's tags there, without the tag that says whose it was. */
export function isHalfUntagged(eni: Eni): boolean {
  return eni.tags[tagKeys.existing] === 'true' && eni.tags[tagKeys.instanceId] === undefined && !isMade(eni);
}

/** Whether the agent created the ENI, on whatever instance. */
export function isMade({ tags }: Eni): boolean {
  return tags[tagKeys.created] === 'true';
}

/** Those of the tags that the ENI has not. */
export function missingTags(
  { tags }: { tags: Readonly<Record<string, string>> },
  wanted: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => tags[key] !== value));
}

/** Whether the ENI or subnet has all of these tags. */
export function hasTags(
  { tags }: { tags: Readonly<Record<string, string>> },
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}
