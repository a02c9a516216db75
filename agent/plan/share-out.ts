import type { Eni, Launch, Subnet } from '../claim/facts.ts';
import { cidrsOf, type IpVersion, workersPart } from '../claim/free.ts';
import { intersect, parseAddress, type Range } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import { type Claim, groupMembers, launchedBefore } from './contenders.ts';
import { carries } from './node-port.ts';
import type { Observation } from './observation.ts';
import { otherGroups, type Queue } from './other-groups.ts';
import { type Addresses, createRooms, type Rooms } from './rooms.ts';
import { listedIds } from './subnet-selection.ts';
import { tagKeys } from './tags.ts';

/** A claim of another node, the subnet that it goes to, and the addresses that it names there. */
export interface Landed extends Claim {
  subnetId: string;
  addresses: Addresses;
}

/** How the claims of a group's nodes are shared out over the subnets of their zone. */
export interface ShareOut {
  /** Where the claims ahead go that have yet to be made. */
  landed: readonly Landed[];
  /** What all claims ahead leave, made or not; undefined where nobody else is of the group. */
  rooms: Rooms | undefined;
}

/**
 * Where the claims of the group's nodes go, by the rule by which this node's own do: one after the other, in the order
 * of their launches, to the lowest addresses of the subnet of their zone that has the most room left then. All nodes
 * come to the same, whoever has its ENI by now: as if none of them had any. Behind a listing that was cut, who has an
 * ENI is not known: none.
 *
 * @param created all interfaces of the configuration whose ENIs are created, here as on the nodes of the same group
 */
export function shareOut(created: readonly CreatedInterface[], seen: Observation): ShareOut {
  const { launches, instance } = seen;
  const isOther = ({ zone, instanceId }: Launch) =>
    zone === instance.zone && instanceId !== instance.instanceId;
  const others = seen.isCut ? [] : groupMembers(launches, instance.instanceId).filter(isOther);
  if (others.length === 0) {
    return { landed: [], rooms: undefined };
  }
  const made = madeBy(others, created, seen);
  const inZone = seen.subnets.filter(({ zone }) => zone === instance.zone);
  const rooms = createRooms(created, inZone, seen, [...made.values()]);
  const landed: Landed[] = [];
  for (const { instanceId } of launchedBefore(launches, instance.instanceId).filter(isOther)) {
    for (const config of created) {
      const claim = { instanceId, interface: config.name };
      const eni = made.get(keyOf(claim));
      const subnetId = eni?.subnetId ?? roomiest(config, inZone, rooms);
      if (subnetId !== undefined) {
        const addresses = eni === undefined ? rooms.lowest(config.name, subnetId) : addressesOf(eni);
        rooms.take(subnetId, addresses);
        landed.push(...(eni === undefined ? [{ ...claim, subnetId, addresses }] : []));
      }
    }
  }
  return { landed, rooms };
}

/** Of those with the same room, the first. */
function roomiest(config: CreatedInterface, subnets: readonly Subnet[], { left }: Rooms): string | undefined {
  const ids = subnets.filter((each) => carries(config.nodePort, each)).map(({ id }) => id);
  const [first, ...more] = listedIds(config, subnets).filter((id) => ids.includes(id));
  return first && more.reduce((a, b) => (left(config.name, b) > left(config.name, a) ? b : a), first);
}

/** The ENIs that these nodes have made. */
function madeBy(nodes: readonly Launch[], created: readonly CreatedInterface[], { enis }: Observation) {
  const ids = new Set(nodes.map(({ instanceId }) => instanceId));
  const names = new Set(created.map(({ name }) => name));
  return new Map(
    enis.flatMap((eni) => {
      const { [tagKeys.instanceId]: instanceId = '', [tagKeys.interface]: name = '' } = eni.tags;
      const isOne = ids.has(instanceId) && names.has(name);
      return isOne ? [[keyOf({ instanceId, interface: name }), eni] as const] : [];
    }),
  );
}

function addressesOf({ addresses: [ipv4], ipv6Addresses: [ipv6] }: Eni): Addresses {
  return {
    ...(ipv4 === undefined ? {} : { ipv4: parseAddress(ipv4) }),
    ...(ipv6 === undefined ? {} : { ipv6: parseAddress(ipv6) }),
  };
}

function keyOf({ instanceId, interface: name }: Claim): string {
  return `${instanceId} ${name}`;
}

/**
 * Who else is after the addresses of that IP version that the interface claims in the subnet: of the claims ahead,
 * those that land before its own.
 *
 * @param planned addresses that this node's other interfaces are about to claim
 */
export function queueFor(
  config: CreatedInterface,
  subnet: Subnet,
  version: IpVersion,
  created: readonly CreatedInterface[],
  { landed, rooms }: ShareOut,
  planned: readonly Range[],
  seen: Observation,
): Queue {
  const names = created
    .filter((each) => listedIds(each, seen.subnets).includes(subnet.id))
    .filter((each) => contend(each, config, subnet, version))
    .map(({ name }) => name);
  const own = rooms?.lowest(config.name, subnet.id, planned)[version];
  const isBefore = ({ subnetId, addresses: { [version]: address } }: Landed) =>
    subnetId === subnet.id &&
    address !== undefined &&
    (own === undefined || address < own) &&
    rooms?.has(config.name, subnet.id, version, address) === true;
  return {
    ahead: landed.filter(isBefore),
    others: seen.isCut ? [] : otherGroups(seen, names),
  };
}

/** Whether both interfaces claim the first free addresses of the same part of the subnet. */
function contend(a: CreatedInterface, b: CreatedInterface, subnet: Subnet, version: IpVersion): boolean {
  const [one, other] = [a, b].map((each) => {
    const { mode, within } = each[version];
    return mode === 'FirstFree' ? workersPart(cidrsOf(subnet, version), within) : [];
  });
  return intersect(one ?? [], other ?? []).length > 0;
}
