import type { Subnet } from '../claim/facts.ts';
import { freeRanges, held, reserved, workersPart } from '../claim/free.ts';
import { intersect, parseRange, type Range, size, subtract } from '../claim/range.ts';
import type { InterfaceConfig } from '../config/model.ts';
import { ExitCode, Failure } from '../failure.ts';
import type { Observation } from './observation.ts';
import type { SubnetChoice } from './steps.ts';

type Ipv4Subnet = Subnet & { cidr: string };

/**
 * The subnets in which the interface's ENI may be created: those of its list that are in this node's zone, the
 * one with the most free addresses first, full ones left out. Throws a `Failure` for a subnet that does not
 * exist, that is of another VPC, for no subnet in the zone, a subnet without an entry of `within` (3), and for
 * no free address in any of them (5).
 *
 * @param planned addresses that this node's other interfaces are about to claim
 */
export function subnetChoices(
  config: InterfaceConfig,
  seen: Observation,
  planned: readonly Range[],
): SubnetChoice[] {
  const candidates = subnetsInZone(config, seen).map((subnet) => usable(config, subnet, seen));
  const choices = candidates
    .map((subnet) => ({ subnet, ...room(config, subnet, seen, planned) }))
    .toSorted((a, b) => b.count - a.count);
  if (choices.every(({ count }) => count === 0)) {
    const each = candidates.map((subnet) => describeFull(config, subnet, seen, planned));
    throw new Failure(
      ExitCode.noneFree,
      `${config.name}: no free address: ${each.join('; ')}. Release addresses there, widen ipv4.within, or add a subnet of zone ${seen.instance.zone}`,
    );
  }
  return choices.filter(({ count }) => count > 0).map(({ subnet, free }) => ({ subnetId: subnet.id, free }));
}

function subnetsInZone(config: InterfaceConfig, seen: Observation): Subnet[] {
  const { zone, region } = seen.instance;
  const known = config.subnets.map((id) => ({ id, subnet: seen.subnets.find((each) => each.id === id) }));
  const missing = known.filter(({ subnet }) => subnet === undefined).map(({ id }) => id);
  if (missing.length > 0) {
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: EC2 does not know ${missing.join(', ')} in ${region}: correct interfaces[].subnets (or share the subnet with this account)`,
    );
  }
  const subnets = known.flatMap(({ subnet }) => subnet ?? []);
  const inZone = subnets.filter((subnet) => subnet.zone === zone);
  if (inZone.length === 0) {
    const where = subnets.map((subnet) => `${subnet.id} is in ${subnet.zone}`).join(', ');
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: none of its subnets is in this node's zone ${zone}: ${where}. Add a subnet of ${zone}, or launch the node elsewhere`,
    );
  }
  return inZone;
}

function usable(config: InterfaceConfig, subnet: Subnet, seen: Observation): Ipv4Subnet {
  const { id, cidr, vpcId } = subnet;
  if (vpcId !== seen.instance.vpcId) {
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: ${id} is of ${vpcId}, and this node of ${seen.instance.vpcId}: list a subnet of the node's own VPC`,
    );
  }
  if (cidr === undefined) {
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: ${id} has no IPv4 CIDR: IPv6-only subnets are not supported yet`,
    );
  }
  const { mode, within } = config.ipv4;
  if (mode === 'FirstFree' && within.length > 0 && workersPart(cidr, config.ipv4.within).length === 0) {
    throw new Failure(
      ExitCode.configuration,
      `${config.name}: ipv4.within (${config.ipv4.within.join(', ')}) has no entry inside ${id} (${cidr}): add the workers' part of that subnet`,
    );
  }
  return { ...subnet, cidr };
}

function room(config: InterfaceConfig, subnet: Ipv4Subnet, seen: Observation, planned: readonly Range[]) {
  if (config.ipv4.mode === 'Automatic') {
    return { free: undefined, count: subnet.availableAddresses };
  }
  const free = subtract(freeRanges(subnet, seen.enis, seen.reservations, config.ipv4), planned);
  return { free, count: size(free) };
}

/** What fills the part of the subnet from which we may claim, in the numbers that someone needs to mend it. */
function describeFull(
  config: InterfaceConfig,
  subnet: Ipv4Subnet,
  seen: Observation,
  planned: readonly Range[],
): string {
  if (config.ipv4.mode === 'Automatic') {
    return `${subnet.id} (${subnet.cidr}) has no available address`;
  }
  const part = workersPart(subnet.cidr, config.ipv4.within);
  const enis = seen.enis.filter((eni) => eni.subnetId === subnet.id);
  const reservations = seen.reservations.filter((each) => each.subnetId === subnet.id);
  const uses: [readonly Range[], string][] = [
    [held(enis), 'are held by ENIs (delegated prefixes included)'],
    [reservations.map(({ cidr }) => parseRange(cidr)), 'are in CIDR reservations'],
    [config.ipv4.podRange.map(parseRange), 'are in podRange'],
    [planned, "are for this node's other interfaces"],
    [reserved(parseRange(subnet.cidr)), "are EC2's own"],
  ];
  const counts = uses
    .map(([ranges, what]) => ({ count: size(intersect(part, ranges)), what }))
    .filter(({ count }) => count > 0)
    .map(({ count, what }) => `${count} ${what}`);
  const bounds = config.ipv4.within.length > 0 ? ` within ${config.ipv4.within.join(', ')}` : '';
  return `of the ${size(part)} addresses of ${subnet.id} (${subnet.cidr})${bounds} ${counts.join(', ')}`;
}
