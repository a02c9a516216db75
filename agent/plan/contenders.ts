import type { Eni, Launch } from '../claim/facts.ts';
import type { Observation } from './observation.ts';
import { tagKeys } from './tags.ts';

/** An ENI that another node is about to create. */
export interface Claim {
  instanceId: string;
  interface: string;
}

/**
 * The tags by which instances of one group are known, the first that this instance has counts: of an Auto Scaling
 * group, and of Karpenter. Without any, those of one RunInstances request are a group.
 */
const groupTags = ['aws:autoscaling:groupName', 'karpenter.sh/nodepool'];

/** For as long as a node may take to claim what it needs, the default of spec.timeout, it counts as a contender. */
const contendingMs = 600_000;

/**
 * Whether an instance launched at that time (ISO 8601) may still contend with those launched with it. One that comes to
 * its first run later finds what they have, or have not, taken; a clock that is behind, before NTP, is no reason to say so.
 *
 * @param now in ms since 1970
 */
export function isContending(launchedAt: string, now: number): boolean {
  return now - Date.parse(launchedAt) <= 2 * contendingMs;
}

/**
 * The pattern for launch times, in EC2's filter, of an instance launched at that time (ISO 8601) and its contenders:
 * those ten minutes, the ten before, and the ten after since IMDS and EC2 need not agree to the second.
 */
export function launchTimes(launchedAt: string): string[] {
  return [-1, 0, 1].map((step) => {
    const time = new Date(Date.parse(launchedAt) + step * contendingMs);
    return `${time.toISOString().slice(0, 'yyyy-mm-ddThh:m'.length)}*`;
  });
}

/**
 * The instances of this one's group that were launched before it, first to last: it leaves them the first free
 * addresses, as many as they need. Of those launched in the same second, all agree on the order of their ids.
 */
export function launchedBefore(launches: readonly Launch[], instanceId: string): Launch[] {
  const own = launches.find((each) => each.instanceId === instanceId);
  if (own === undefined) {
    return [];
  }
  const group = groupOf(own);
  return launches
    .filter(
      (each) =>
        isBefore(each, own) && own.launchedAt - each.launchedAt <= contendingMs && groupOf(each) === group,
    )
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
}

/** Whether the one goes before the other where both want the same. */
export function isBefore(a: Launch, b: Launch): boolean {
  return a.launchedAt === b.launchedAt ? a.instanceId < b.instanceId : a.launchedAt < b.launchedAt;
}

function groupOf(launch: Launch): string {
  return taggedGroupOf(launch) ?? launch.reservationId;
}

/** Undefined where no tag names one. */
export function taggedGroupOf({ tags }: Launch): string | undefined {
  const key = groupTags.find((each) => tags[each] !== undefined);
  return key === undefined ? undefined : `${key}=${tags[key]}`;
}

/**
 * The claims that nodes launched before this one have yet to make for interfaces of these names: they have the same
 * configuration, as a group's nodes have. Who has an ENI for an interface needs no other.
 */
export function claimsAhead(
  { launches, instance, enis }: Pick<Observation, 'launches' | 'instance' | 'enis'>,
  names: readonly string[],
): Claim[] {
  const ahead = launchedBefore(launches, instance.instanceId).filter(({ zone }) => zone === instance.zone);
  const claims = ahead.flatMap(({ instanceId }) => names.map((name) => ({ instanceId, interface: name })));
  return stillAhead(claims, enis);
}

/**
 * How many ENIs the nodes launched before this one have yet to create, so many each, in whatever zone: EC2 takes a
 * number of creates a second from all of them together. What they have attached by now they need not create.
 */
export function creationsAhead(launches: readonly Launch[], instanceId: string, each: number): number {
  return creations(launchedBefore(launches, instanceId), each);
}

/** How many those of this one's group have yet to create in all, itself included. */
export function creationsInAll(launches: readonly Launch[], instanceId: string, each: number): number {
  return creations(groupMembers(launches, instanceId), each);
}

/** The instances of this one's group, itself included, in no order; none where it is not listed. */
export function groupMembers(launches: readonly Launch[], instanceId: string): Launch[] {
  const own = launches.find((launch) => launch.instanceId === instanceId);
  const group = own && groupOf(own);
  return launches.filter((launch) => groupOf(launch) === group);
}

function creations(launches: readonly Launch[], each: number): number {
  return launches
    .map(({ enis }) => Math.max(0, each - enis.filter(isFurther).length))
    .reduce((sum, count) => sum + count, 0);
}

function isFurther({ attachment }: Eni): boolean {
  return attachment !== undefined && (attachment.deviceIndex > 0 || attachment.networkCard > 0);
}

/** Those of the claims that none of the ENIs was made for. */
export function stillAhead(claims: readonly Claim[], enis: readonly Eni[]): Claim[] {
  const made = new Set(enis.map(({ tags }) => `${tags[tagKeys.instanceId]} ${tags[tagKeys.interface]}`));
  return claims.filter((claim) => !made.has(`${claim.instanceId} ${claim.interface}`));
}
