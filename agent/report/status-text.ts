import type { InterfaceStatus, NodeStatus } from './node-status.ts';

/** `status` for people. */
export function statusText(status: NodeStatus): string {
  const { lastRun, labels } = status;
  const run =
    lastRun === undefined
      ? 'none since the boot'
      : `exit code ${lastRun.exitCode}, ${lastRun.finishedAt}: ${lastRun.message}`;
  return [
    `${status.instanceId} (${status.instanceType} in ${status.zone})`,
    `last run: ${run}`,
    ...(lastRun?.retry === undefined
      ? []
      : [
          `next try: by itself (${lastRun.retry.failures} failed); systemctl list-timers multus-bootstrap.timer`,
        ]),
    `gate: ${status.gate === 'open' ? 'open, kubelet may start' : 'closed, kubelet is held back'}`,
    '',
    ...(status.interfaces.length === 0 ? ['no Multus interfaces'] : table(status.interfaces)),
    '',
    ...section(
      'labels',
      Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ),
    ...section('warnings of the last run', lastRun?.warnings ?? []),
    ...section('warnings', status.warnings),
    ...section('could not be looked at', status.unknown),
    ...(status.differences.length === 0
      ? ['EC2, the kernel and the last run agree']
      : section('differences', status.differences)),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

const columns: readonly [string, (each: InterfaceStatus) => string | undefined][] = [
  ['INTERFACE', ({ name }) => name],
  ['ADDRESSES', ({ addresses }) => addresses.join(',')],
  [
    'LINK',
    ({ link }) =>
      link &&
      `${link.up ? 'up' : 'down'}${link.up === (link.operState === 'up') ? '' : ` (${link.operState})`}`,
  ],
  ['MTU', ({ link }) => link?.mtu.toString()],
  [
    'CARD/INDEX',
    (each) => (each.deviceIndex === undefined ? undefined : `${each.networkCard}/${each.deviceIndex}`),
  ],
  ['EC2', ({ attachment }) => attachment],
  ['MAC', ({ mac }) => mac],
  ['ENI', ({ eniId }) => eniId],
  ['SUBNET', ({ subnetId }) => subnetId],
];

function table(interfaces: readonly InterfaceStatus[]): string[] {
  const rows = [
    columns.map(([title]) => title),
    ...interfaces.map((each) => columns.map(([, cell]) => cell(each) || '-')),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
