import type { Range } from '../../agent/claim/range.ts';
import { parseAddress, parseRange } from '../../agent/claim/range.ts';
import type { Eni, Subnet } from '../simulator/model/records.ts';

export const legend =
  '· free   x reserved by EC2   r CIDR reservation   # in use   p delegated prefix   O this node';

/**
 * A /24's addresses as a block of characters, 64 a line.
 *
 * @param instanceId whose ENIs are shown as this node's
 */
export function picture(subnet: Subnet, enis: readonly Eni[], instanceId: string): string {
  const { first, last } = parseRange(subnet.cidr ?? '');
  const cells: string[] = Array.from({ length: Number(last - first) + 1 }, () => '·');
  const mark = (range: Range, sign: string) =>
    cells.fill(sign, Number(range.first - first), Number(range.last - first) + 1);
  for (const { cidr } of subnet.pool.reservations.values()) {
    mark(parseRange(cidr), 'r');
  }
  mark({ first, last: first + 3n }, 'x');
  mark({ first: last, last }, 'x');
  for (const eni of enis.filter((each) => each.subnetId === subnet.id)) {
    const sign = eni.attachment?.instanceId === instanceId ? 'O' : '#';
    for (const prefix of eni.prefixes) {
      mark(parseRange(prefix), 'p');
    }
    for (const address of eni.addresses.map(parseAddress)) {
      mark({ first: address, last: address }, sign);
    }
  }
  const lines = Array.from(
    { length: Math.ceil(cells.length / 64) },
    (_, i) => `  ${cells.slice(i * 64, (i + 1) * 64).join('')}`,
  );
  return [`${subnet.id}  ${subnet.cidr}`, ...lines].join('\n');
}
