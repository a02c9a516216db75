import type { Move, ProbeState } from '../nodeport/state.ts';
import { findings } from './findings.ts';
import type { NodePortAddressStatus, NodePortStatus, WatcherStatus } from './node-port-status.ts';
import { type Column, section, table } from './text-table.ts';

/** `nodeport status` for people, as of that time, in ms since 1970. */
export function nodePortText(status: NodePortStatus, now: number): string {
  const { instanceId, watcher, addresses } = status;
  return [
    instanceId,
    `watcher: ${watcherText(watcher, now)}`,
    '',
    ...(addresses.length === 0 ? ['no NodePort addresses are set up'] : table(nodePortColumns, addresses)),
    '',
    ...addresses.flatMap((each) => details(each, instanceId)),
    ...findings(status, 'the setup, EC2 and the OS agree'),
    '',
  ].join('\n');
}

/** One line of `status`, and of `nodeport status`. */
export const nodePortColumns: readonly Column<NodePortAddressStatus>[] = [
  ['NODEPORT', ({ address }) => address],
  ['INTERFACE', ({ interface: name }) => name],
  ['MODE', ({ mode }) => mode],
  ['HOLDER', holderText],
  ['NODE ADDRESS', ({ holder }) => (holder === 'nobody' ? undefined : holder?.nodeAddress)],
  ['ENI', ({ holder }) => (holder === 'nobody' ? undefined : holder?.eniId)],
  ['SEEN SINCE', ({ holder }) => (holder === 'nobody' ? undefined : holder?.since)],
];

/** Whether the watcher runs, and how old its last word is. */
export function watcherText({ state, writtenAt }: WatcherStatus, now: number): string {
  const texts = {
    running: 'running',
    'not running': 'not running; see systemctl status multus-bootstrap-nodeport',
    'not set up': 'not set up',
    'not needed': 'not needed, no address is Floating',
    unknown: 'not known whether it runs',
  };
  if (state === 'not set up' || state === 'not needed') {
    return texts[state];
  }
  const age =
    writtenAt === undefined ? undefined : Math.max(0, Math.round((now - Date.parse(writtenAt)) / 1000));
  return `${texts[state]}${age === undefined ? '; it has told nothing yet' : `; what it knows is ${age} s old`}`;
}

function holderText({ holder, isHeldHere }: NodePortAddressStatus): string | undefined {
  if (holder === undefined || holder === 'nobody') {
    return holder;
  }
  const { instanceId, instanceState, eniId } = holder;
  const state = instanceState === undefined || instanceState === 'running' ? '' : ` (${instanceState})`;
  return `${isHeldHere ? 'this node' : (instanceId ?? eniId)}${state}`;
}

function details({ address, isHeldHere, watched }: NodePortAddressStatus, instanceId: string): string[] {
  if (watched === undefined) {
    return [];
  }
  const { held, candidates, probes, moves, seenAt } = watched;
  const nodes = candidates.map(
    (each, i) =>
      `${i + 1}. ${each.instanceId}${each.nodeAddress === undefined ? '' : ` at ${each.nodeAddress}`}` +
      (each.instanceId === instanceId ? ', this node' : ''),
  );
  return [
    `${address}:`,
    ...[
      `EC2 last answered: ${seenAt ?? 'never'}`,
      ...(held === undefined ? [] : [`${isHeldHere ? 'note' : 'would not take it over'}: ${held}`]),
      ...(probes.length === 0 ? [] : [`probes of the holder: ${probes.map(probeText).join('; ')}`]),
      ...section('candidates', nodes),
      ...section('last moves', moves.map(moveText)),
    ].map((line) => `  ${line}`),
    '',
  ];
}

function probeText({ kind, everAnswered, misses }: ProbeState): string {
  if (!everAnswered) {
    return `${kind} never answered, and so says nothing`;
  }
  return misses === 0 ? `${kind} answered` : `${kind} ${misses} missed in a row`;
}

function moveText({ at, from, to, how, why }: Move): string {
  return `${at}  ${from ?? 'nobody'} → ${to ?? 'nobody'}, ${how}: ${why}`;
}
