import type { Launch, Subnet } from '../claim/facts.ts';
import { cidrsOf, type IpVersion, workersPart } from '../claim/free.ts';
import { intersect } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import { type Claim, groupMembers, launchedBefore } from './contenders.ts';
import type { Observation } from './observation.ts';
import { otherGroups, type Queue } from './other-groups.ts';
import { type Counts, createRoomLedger, type RoomLedger } from './room-ledger.ts';
import { listedIds } from './subnet-selection.ts';
import { tagKeys } from './tags.ts';

/** A claim of another node, and the subnet that it goes to. */
export interface Landed extends Claim {
  subnetId: string;
}

/** How the claims of a group's nodes are shared out over the subnets of their zone. */
export interface ShareOut {
  /** Where the claims ahead go that have yet to be made. */
  landed: readonly Landed[];
  /** Whether there are others of the group at all. */
  isShared: boolean;
  /** The claims of nodes ahead that are on their way, less those of nodes behind that were faster. */
  ledger: RoomLedger;
}

/**
 * Where the claims of the group's nodes go, by the rule by which this node's own do: one after the other, in the order
 * of their launches, to the subnet of their zone that has the most room left then. All nodes come to the same, whoever
 * has its ENI by now: as if none of them had any. Behind a listing that was cut, who has an ENI is not known: none.
 *
 * @param created all interfaces of the configuration whose ENIs are created, here as on the nodes of the same group
 * @param countsIn how many ENIs like this one the subnet takes, by the listing
 */
export function shareOut(
  created: readonly CreatedInterface[],
  seen: Observation,
  countsIn: (config: CreatedInterface, subnet: Subnet) => Counts,
): ShareOut {
  const { launches, instance, subnets } = seen;
  const ledger = createRoomLedger(created, subnets);
  const isOther = ({ zone, instanceId }: Launch) =>
    zone === instance.zone && instanceId !== instance.instanceId;
  const others = seen.isCut ? [] : groupMembers(launches, instance.instanceId).filter(isOther);
  const made = madeBy(others, created, seen);
  for (const each of made.values()) {
    ledger.note(each.interface, each.subnetId, -1n);
  }
  const subnetsOf = new Map(
    created.map((config) => {
      const ids = listedIds(config, subnets);
      const own = ids.flatMap(
        (id) => subnets.find((each) => each.id === id && each.zone === instance.zone) ?? [],
      );
      // What room there is matters only where there is a choice.
      return [
        config.name,
        own.map((each) => ({ id: each.id, counts: own.length > 1 ? countsIn(config, each) : {} })),
      ];
    }),
  );
  const ahead = others.length === 0 ? [] : launchedBefore(launches, instance.instanceId).filter(isOther);
  const landed: Landed[] = [];
  for (const claim of ahead.flatMap(({ instanceId }) =>
    created.map(({ name }) => ({ instanceId, interface: name })),
  )) {
    const before = made.get(keyOf(claim));
    const subnetId =
      before?.subnetId ?? roomiest(claim.interface, subnetsOf.get(claim.interface) ?? [], ledger);
    if (subnetId !== undefined) {
      ledger.note(claim.interface, subnetId, 1n);
      landed.push(...(before === undefined ? [{ ...claim, subnetId }] : []));
    }
  }
  return { landed, isShared: others.length > 0, ledger };
}

/** Of those with the same room, the first. */
function roomiest(
  name: string,
  subnets: readonly { id: string; counts: Counts }[],
  ledger: RoomLedger,
): string | undefined {
  const [first, ...more] = subnets;
  const left = ({ id, counts }: { id: string; counts: Counts }) => ledger.left(name, id, counts);
  return first && more.reduce((a, b) => (left(b) > left(a) ? b : a), first).id;
}

/** The claims that these nodes have made. */
function madeBy(nodes: readonly Launch[], created: readonly CreatedInterface[], { enis }: Observation) {
  const ids = new Set(nodes.map(({ instanceId }) => instanceId));
  const names = new Set(created.map(({ name }) => name));
  return new Map(
    enis.flatMap(({ tags, subnetId }) => {
      const claim = { instanceId: tags[tagKeys.instanceId] ?? '', interface: tags[tagKeys.interface] ?? '' };
      const isOne = ids.has(claim.instanceId) && names.has(claim.interface);
      return isOne ? [[keyOf(claim), { ...claim, subnetId }] as const] : [];
    }),
  );
}

function keyOf({ instanceId, interface: name }: Claim): string {
  return `${instanceId} ${name}`;
}

/** Who else is after the addresses of that IP version that the interface claims in the subnet. */
export function queueFor(
  config: CreatedInterface,
  subnet: Subnet,
  version: IpVersion,
  created: readonly CreatedInterface[],
  landed: readonly Landed[],
  seen: Observation,
): Queue {
  const names = created
    .filter((each) => listedIds(each, seen.subnets).includes(subnet.id))
    .filter((each) => contend(each, config, subnet, version))
    .map(({ name }) => name);
  return {
    ahead: landed.filter((each) => each.subnetId === subnet.id && names.includes(each.interface)),
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
