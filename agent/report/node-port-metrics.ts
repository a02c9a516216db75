import type { AddressState, Move } from '../nodeport/state.ts';
import type { Metric, Sample } from './prometheus.ts';

/** What the watcher's metrics are made of. */
interface Watched {
  version: string;
  states: readonly AddressState[];
  moves(address: string, how: Move['how']): number;
  /** EC2 calls made, by action. */
  ec2Calls: Readonly<Record<string, number>>;
}

const kinds: readonly Move['how'][] = ['claimed', 'taken over', 'handed over', 'seen'];

/** What Prometheus is told: of each address what this node knows of it. */
export function nodePortMetrics({ version, states, moves, ec2Calls }: Watched): Metric[] {
  const each = (toSamples: (state: AddressState) => Sample | Sample[]) => states.flatMap(toSamples);
  return [
    gauge('build_info', 'The version, always 1', [{ labels: { version }, value: 1 }]),
    gauge(
      'holder',
      'Whether this node holds the address',
      each(({ address, interface: name, role }) =>
        sample({ address, interface: name }, role === 'holder' ? 1 : 0),
      ),
    ),
    gauge(
      'holder_info',
      'Who holds the address, as this node last knew, always 1',
      each(({ address, holder }) =>
        holder === undefined
          ? []
          : sample({ address, instance_id: holder.instanceId, eni_id: holder.eniId }, 1),
      ),
    ),
    counter(
      'moves_total',
      'Moves of the address that this node has made or seen since the watcher started',
      each(({ address }) => kinds.map((how) => sample({ address, how }, moves(address, how)))),
    ),
    gauge(
      'probe_misses',
      'Probes of the holder that were not answered, in a row',
      each(({ address, probes }) => probes.map(({ kind, misses }) => sample({ address, kind }, misses))),
    ),
    gauge(
      'probe_ever_answered',
      'Whether the holder has ever answered such a probe since it holds the address',
      each(({ address, probes }) =>
        probes.map(({ kind, everAnswered }) => sample({ address, kind }, everAnswered ? 1 : 0)),
      ),
    ),
    gauge(
      'candidates',
      'Nodes that may take the address over, this one among them',
      each(({ address, candidates }) => sample({ address }, candidates.length)),
    ),
    gauge(
      'held',
      'Whether this node would not take the address over now, and why',
      each(({ address, held, heldBy }) => sample({ address, reason: heldBy }, held === undefined ? 0 : 1)),
    ),
    gauge(
      'last_look_timestamp_seconds',
      "Time of EC2's last answer about the address",
      each(({ address, seenAt }) =>
        seenAt === undefined ? [] : sample({ address }, Date.parse(seenAt) / 1000),
      ),
    ),
    counter(
      'ec2_calls_total',
      'Calls of EC2 since the watcher started',
      Object.entries(ec2Calls).map(([action, count]) => sample({ action }, count)),
    ),
  ];
}

function sample(labels: Sample['labels'], value: number): Sample {
  return { labels, value };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `multus_bootstrap_nodeport_${name}`, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { ...gauge(name, help, samples), type: 'counter' };
}
