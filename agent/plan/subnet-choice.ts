import type { Subnet } from '../claim/facts.ts';
import { cidrsOf, freeRanges, type IpVersion, workersPart } from '../claim/free.ts';
import { intersect, parseRange, type Range, size, subtract } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import { claimsAhead } from './contenders.ts';
import { describeFull } from './full-subnet.ts';
import type { Observation } from './observation.ts';
import { otherGroups } from './other-groups.ts';
import type { AddressChoice, SubnetChoice } from './steps.ts';
import { listedIds, subnetsInZone } from './subnet-selection.ts';
import { suitable } from './suitable.ts';

/**
 * The subnets in which the interface's ENI may be created: those of its configuration that are in this node's
 * zone, the one with the most free addresses first, full ones left out. Throws a `Failure` for a subnet that cannot
 * be used as configured (3), and for no free address in any of them (5).
 *
 * @param planned addresses that this node's other interfaces are about to claim
 * @param created all interfaces of the configuration whose ENIs are created, here as on the nodes of the same group
 */
export function subnetChoices(
  config: CreatedInterface,
  seen: Observation,
  planned: readonly Range[],
  created: readonly CreatedInterface[],
): SubnetChoice[] {
  const candidates = suitable(config, subnetsInZone(config, seen));
  const rooms = candidates
    .map((subnet) => ({ subnet, ...room(config, subnet, seen, planned, created) }))
    .toSorted((a, b) => (a.count < b.count ? 1 : a.count > b.count ? -1 : 0));
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
  /** How many ENIs like this one it would take. */
  count: bigint;
  isFull: boolean;
}

function room(
  config: CreatedInterface,
  subnet: Subnet,
  seen: Observation,
  planned: readonly Range[],
  created: readonly CreatedInterface[],
): Room {
  const ipv4 = addressChoice(config, subnet, 'ipv4', seen, planned);
  const ipv6 = addressChoice(config, subnet, 'ipv6', seen, planned);
  const counts = [countOf(ipv4, subnet, 'ipv4'), countOf(ipv6, subnet, 'ipv6')].filter(
    (count) => count !== undefined,
  );
  // What others hold unseen, in a shared VPC or behind a cut listing, is in EC2's count.
  const known = subnet.cidr === undefined ? [] : [BigInt(subnet.availableAddresses)];
  const { assignsIpv6 } = subnet;
  const names = created
    .filter((each) => listedIds(each, seen.subnets).includes(subnet.id) && contend(each, config, subnet))
    .map(({ name }) => name);
  // Behind a listing that was cut, who has an ENI already is not known.
  const ahead = seen.isCut ? [] : claimsAhead(seen, names);
  const others = seen.isCut ? [] : otherGroups(seen, names);
  return {
    choice: { subnetId: subnet.id, ipv4, ipv6, assignsIpv6, isCut: seen.isCut, ahead, others },
    count: least([...counts, ...known]),
    isFull: least(counts) === 0n,
  };
}

/** Whether both interfaces claim the first free addresses of the same part of the subnet. */
function contend(a: CreatedInterface, b: CreatedInterface, subnet: Subnet): boolean {
  return (['ipv4', 'ipv6'] as const).some((version) => {
    const parts = [a, b].map((each) => {
      const { mode, within } = each[version];
      return mode === 'FirstFree' ? workersPart(cidrsOf(subnet, version), within) : [];
    });
    return intersect(parts[0] ?? [], parts[1] ?? []).length > 0;
  });
}

function addressChoice(
  config: CreatedInterface,
  subnet: Subnet,
  version: IpVersion,
  seen: Observation,
  planned: readonly Range[],
): AddressChoice {
  const { mode } = config[version];
  if (mode !== 'FirstFree') {
    return { mode };
  }
  const free = freeRanges(subnet, version, seen.enis, seen.reservations, config[version]);
  return { mode, free: subtract(free, planned) };
}

function countOf(choice: AddressChoice, subnet: Subnet, version: IpVersion): bigint | undefined {
  switch (choice.mode) {
    case 'None':
      return undefined;
    case 'FirstFree':
      return size(choice.free);
    case 'Automatic':
      return version === 'ipv4' ? BigInt(subnet.availableAddresses) : size(subnet.ipv6Cidrs.map(parseRange));
  }
}

function least(counts: readonly bigint[]): bigint {
  return counts.reduce((a, b) => (b < a ? b : a));
}
