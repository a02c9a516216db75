import t from 'tap';
import { endOf } from '../../../../agent/nodeport/node/instance-end.ts';
import { markOf } from '../../../../agent/nodeport/node/node-marks.ts';

const tainted = (key: string) => ({ metadata: { name: 'a' }, spec: { taints: [{ key: 'other' }, { key }] } });

const nodes: [string, unknown, string | undefined][] = [
  ['a node at work', { metadata: { name: 'a' }, spec: {} }, undefined],
  ['cordoned', { metadata: {}, spec: { unschedulable: true } }, 'the Node is cordoned'],
  ['uncordoned', { metadata: {}, spec: { unschedulable: false } }, undefined],
  [
    'being deleted',
    { metadata: { deletionTimestamp: '2026-11-21T18:03:05Z' }, spec: {} },
    'the Node is being deleted',
  ],
  ['the taint of a failed probe, which is no drain', tainted('node.kubernetes.io/unreachable'), undefined],
  ...[
    'ToBeDeletedByClusterAutoscaler',
    'karpenter.sh/disrupted',
    'karpenter.sh/disruption',
    'node.kubernetes.io/out-of-service',
  ].map((key): [string, unknown, string] => [key, tainted(key), `the Node has the taint ${key}`]),
  ['no Node at all', undefined, undefined],
  ['nonsense', { spec: { taints: 'many' }, metadata: [] }, undefined],
];
for (const [title, node, expected] of nodes) {
  t.test(`a Node: ${title}`, async (t) => t.equal(markOf(node), expected));
}

const ends: [string, string | undefined, string | undefined, string | undefined][] = [
  ['neither', undefined, undefined, undefined],
  ['in service', undefined, 'InService', undefined],
  ['leaving its group', undefined, 'Terminated\n', 'the Auto Scaling group is terminating this instance'],
  [
    'taken back',
    '{"action": "terminate", "time": "2026-09-18T08:22:00Z"}',
    'InService',
    'EC2 is about to terminate this Spot instance',
  ],
  ['an answer that is none', 'none', undefined, undefined],
];
for (const [title, spot, group, expected] of ends) {
  t.test(`IMDS: ${title}`, async (t) => t.equal(endOf(spot, group), expected));
}
