import type { Subnet } from '../claim/facts.ts';
import { freeRanges, type IpVersion } from '../claim/free.ts';
import { parseRange, type Range, size, subtract } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { describeFull } from './full-subnet.ts';
import { floatingIn } from './node-port.ts';
import type { Observation } from './observation.ts';
import type { Queue } from './other-groups.ts';
import { queueFor, type ShareOut } from './share-out.ts';
import type { AddressChoice, SubnetChoice } from './steps.ts';
import { subnetsInZone } from './subnet-selection.ts';
import { suitable } from './suitable.ts';

/**
 * The subnets in which the interface's ENI may be created: those of its configuration that are in this node's zone,
 * the one with the most free addresses first (what nodes ahead are about to claim counted as taken), full ones left
 * out. Throws a `Failure` for a subnet that cannot be used as configured (3), and for no free address in any (5).
 *
 * @param planned addresses that this node's other interfaces are about to claim
 * @param created all interfaces of the configuration whose ENIs are created, here as on the nodes of the same group
 * @param shared what the nodes ahead are about to claim, and where
 */
export function subnetChoices(
  config: CreatedInterface,
  seen: Observation,
  planned: readonly Range[],
  created: readonly CreatedInterface[],
  shared: ShareOut,
): SubnetChoice[] {
  const candidates = suitable(config, subnetsInZone(config, seen));
  const rooms = candidates
    .map((subnet) => {
      const queue = (version: IpVersion) => queueFor(config, subnet, version, created, shared, planned, seen);
      const { left, ...rest } = room(config, subnet, seen, planned, queue);
      // What others hold unseen, in a shared VPC or behind a cut listing, is in EC2's count. But where claims are shared
      // out all have to reckon alike, and it is not of the same moment as the listing.
      const known = subnet.cidr === undefined ? [] : [BigInt(subnet.availableAddresses)];
      return {
        ...rest,
        left: shared.rooms?.left(config.name, subnet.id, planned) ?? least([left, ...known]),
      };
    })
    .toSorted((a, b) => (a.left < b.left ? 1 : a.left > b.left ? -1 : 0));
  const choices = rooms.filter(({ isFull }) => !isFull).map(({ choice }) => choice);
  if (choices.length === 0) {
    const each = candidates.map((subnet) => describeFull(config, subnet, seen, planned));
    throw new Failure(
      ExitCode.noneFree,
      `${config.name}: no free address: ${each.join('; ')}. Release addresses there, widen within, or add a subnet of zone ${seen.instance.zone}`,
    );
  }
  return choices;
}

interface Room {
  choice: SubnetChoice;
  /** How many ENIs like this one it takes, as far as it is listed. */
  left: bigint;
  isFull: boolean;
}

function room(
  config: CreatedInterface,
  subnet: Subnet,
  seen: Observation,
  planned: readonly Range[],
  queue: (version: IpVersion) => Queue,
): Room {
  const ipv4 = addressChoice(config, subnet, 'ipv4', seen, planned, queue);
  const ipv6 = addressChoice(config, subnet, 'ipv6', seen, planned, queue);
  const left = least([...countOf(ipv4, subnet, 'ipv4'), ...countOf(ipv6, subnet, 'ipv6')]);
  const { assignsIpv6 } = subnet;
  return {
    choice: {
      subnetId: subnet.id,
      ipv4,
      ipv6,
      assignsIpv6,
      isCut: seen.isCut,
      floating: floatingIn(config.nodePort ?? [], subnet),
    },
    left,
    isFull: left === 0n,
  };
}

function addressChoice(
  config: CreatedInterface,
  subnet: Subnet,
  version: IpVersion,
  seen: Observation,
  planned: readonly Range[],
  queue: (version: IpVersion) => Queue,
): AddressChoice {
  const { mode } = config[version];
  if (mode !== 'FirstFree') {
    return { mode };
  }
  const free = freeRanges(subnet, version, seen.enis, seen.reservations, config[version]);
  return { mode, free: subtract(free, planned), queue: queue(version) };
}

function countOf(choice: AddressChoice, subnet: Subnet, version: IpVersion): bigint[] {
  switch (choice.mode) {
    case 'None':
      return [];
    case 'FirstFree':
      return [size(choice.free)];
    case 'Automatic': {
      const { availableAddresses, ipv6Cidrs } = subnet;
      return version === 'ipv4' ? [BigInt(availableAddresses)] : [size(ipv6Cidrs.map(parseRange))];
    }
  }
}

function least(counts: readonly bigint[]): bigint {
  return counts.reduce((a, b) => (b < a ? b : a));
}
