import { formatCount } from '../claim/count.ts';
import type { Subnet } from '../claim/facts.ts';
import { cidrsOf, closedTo, freeRanges, held, type IpVersion, reserved, workersPart } from '../claim/free.ts';
import { intersect, parseRange, type Range, size, subtract } from '../claim/range.ts';
import type { CreatedInterface } from '../config/model.ts';
import type { Observation } from './observation.ts';

/** What fills the part of the subnet from which we may claim, in the numbers that someone needs to mend it. */
export function describeFull(
  config: CreatedInterface,
  subnet: Subnet,
  seen: Observation,
  planned: readonly Range[],
): string {
  const version = fullVersion(config, subnet, seen, planned);
  const { mode, within, podRange, nodePort = [] } = config[version];
  const cidrs = cidrsOf(subnet, version);
  const where = `${subnet.id} (${cidrs.join(', ')})`;
  if (mode !== 'FirstFree') {
    return `${where} has no available address`;
  }
  const part = workersPart(cidrs, within);
  const enis = seen.enis.filter((eni) => eni.subnetId === subnet.id);
  const uses: [readonly Range[], string][] = [
    [held(enis), 'are held by ENIs (delegated prefixes included)'],
    [closedTo(subnet.id, seen.reservations, within), 'are in CIDR reservations'],
    [podRange.map(parseRange), 'are in podRange'],
    [nodePort.map(parseRange), 'are NodePort addresses'],
    [planned, "are for this node's other interfaces"],
    [cidrs.flatMap((cidr) => reserved(parseRange(cidr))), "are EC2's own"],
  ];
  const counts = uses
    .map(([ranges, what]) => ({ count: size(intersect(part, ranges)), what }))
    .filter(({ count }) => count > 0n)
    .map(({ count, what }) => `${formatCount(count)} ${what}`);
  const bounds = within.length > 0 ? ` within ${within.join(', ')}` : '';
  return `of the ${formatCount(size(part))} addresses of ${where}${bounds} ${counts.join(', ')}`;
}

/** The IP version of which there is no address left. */
function fullVersion(
  config: CreatedInterface,
  subnet: Subnet,
  { enis, reservations }: Observation,
  planned: readonly Range[],
): IpVersion {
  const isFull =
    config.ipv6.mode === 'FirstFree' &&
    subtract(freeRanges(subnet, 'ipv6', enis, reservations, config.ipv6), planned).length === 0;
  return isFull ? 'ipv6' : 'ipv4';
}
