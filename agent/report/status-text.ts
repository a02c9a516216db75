import { findings } from './findings.ts';
import { nodePortColumns, watcherText } from './node-port-text.ts';
import type { InterfaceStatus, NodeStatus } from './node-status.ts';
import { type Column, section, table } from './text-table.ts';

/** `status` for people, as of that time, in ms since 1970. */
export function statusText(status: NodeStatus, now: number): string {
  const { lastRun, labels, nodePort } = status;
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
    ...(status.interfaces.length === 0 ? ['no Multus interfaces'] : table(columns, status.interfaces)),
    '',
    ...(nodePort === undefined
      ? []
      : [
          ...table(nodePortColumns, nodePort.addresses),
          `watcher: ${watcherText(nodePort.watcher, now)}`,
          '',
        ]),
    ...section(
      'labels',
      Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ),
    ...section('warnings of the last run', lastRun?.warnings ?? []),
    ...section('warnings', status.warnings),
    ...findings(status, 'EC2, the kernel and the last run agree'),
    '',
  ].join('\n');
}

const columns: readonly Column<InterfaceStatus>[] = [
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
