import t from 'tap';
import { nodePortMetrics } from '../../../agent/report/node-port-metrics.ts';
import { exposition } from '../../../agent/report/prometheus.ts';
import { state } from './node-port-world.ts';

const moves = (_address: string, how: string) => (how === 'seen' ? 2 : 0);

t.test('what Prometheus is told', async (t) => {
  const text = exposition(
    nodePortMetrics({ version: '1.2.3', states: [state], moves, ec2Calls: { DescribeInstances: 7 } }),
  );
  t.strictSame(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
    [
      'multus_bootstrap_nodeport_build_info{version="1.2.3"} 1',
      'multus_bootstrap_nodeport_holder{address="10.0.4.201",interface="eth1"} 0',
      'multus_bootstrap_nodeport_holder_info{address="10.0.4.201",instance_id="i-2",eni_id="eni-2"} 1',
      'multus_bootstrap_nodeport_moves_total{address="10.0.4.201",how="claimed"} 0',
      'multus_bootstrap_nodeport_moves_total{address="10.0.4.201",how="taken over"} 0',
      'multus_bootstrap_nodeport_moves_total{address="10.0.4.201",how="handed over"} 0',
      'multus_bootstrap_nodeport_moves_total{address="10.0.4.201",how="seen"} 2',
      'multus_bootstrap_nodeport_probe_misses{address="10.0.4.201",kind="icmp"} 0',
      'multus_bootstrap_nodeport_probe_misses{address="10.0.4.201",kind="tcp"} 12',
      'multus_bootstrap_nodeport_probe_ever_answered{address="10.0.4.201",kind="icmp"} 1',
      'multus_bootstrap_nodeport_probe_ever_answered{address="10.0.4.201",kind="tcp"} 0',
      'multus_bootstrap_nodeport_candidates{address="10.0.4.201"} 2',
      'multus_bootstrap_nodeport_held{address="10.0.4.201",reason="router"} 1',
      'multus_bootstrap_nodeport_last_look_timestamp_seconds{address="10.0.4.201"} 1795284600',
      'multus_bootstrap_nodeport_ec2_calls_total{action="DescribeInstances"} 7',
    ],
  );
});

t.test('an address of which nothing is known yet, or that nobody holds', async (t) => {
  const text = exposition(
    nodePortMetrics({
      version: '1',
      states: [
        { ...state, holder: undefined, probes: [], held: undefined, heldBy: undefined, seenAt: undefined },
      ],
      moves,
      ec2Calls: {},
    }),
  );
  t.match(text, 'nodeport_held{address="10.0.4.201"} 0\n');
  t.notMatch(text, /holder_info|probe_|last_look|ec2_calls/);
});

t.test('an ENI without an instance', async (t) => {
  const holder = state.holder && { ...state.holder, instanceId: undefined };
  const metrics = nodePortMetrics({ version: '1', states: [{ ...state, holder }], moves, ec2Calls: {} });
  t.match(exposition(metrics), 'holder_info{address="10.0.4.201",eni_id="eni-2"} 1');
});
