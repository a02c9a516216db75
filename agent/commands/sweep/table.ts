import { carriedBefore } from '../../plan/node-port-former.ts';
import { tagKeys } from '../../plan/tags.ts';
import type { Leftover } from './leftover.ts';

/** `since` is when the first look saw it so. */
export function leftoverTable(leftovers: readonly Leftover[], since: Date): string {
  const columns: readonly [string, (each: Leftover) => string | undefined][] = [
    ['ENI', ({ eni }) => eni.id],
    ['ADDRESS', ({ eni }) => [...eni.addresses.slice(0, 1), ...eni.ipv6Addresses.slice(0, 1)].join(',')],
    ['SUBNET', ({ eni }) => eni.subnetId],
    ['INSTANCE', ({ instanceId }) => instanceId],
    ['STATE', ({ state }) => state],
    ['SEEN SINCE', () => since.toISOString().replace(/\.\d+/, '')],
    ['CLUSTER', ({ eni }) => eni.tags[tagKeys.cluster]],
    ['REMEDY', remedyOf],
  ];
  const rows = [
    columns.map(([title]) => title),
    ...leftovers.map((each) => columns.map(([, cell]) => cell(each) || '-')),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** An ENI that is deleted takes its NodePort addresses along. */
function remedyOf({ eni, remedy }: Leftover): string {
  const addresses = remedy === 'untag' ? carriedBefore(eni) : [];
  return addresses.length === 0 ? remedy : `${remedy}, and take ${addresses.join(', ')} off it`;
}
