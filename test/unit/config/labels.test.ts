import t from 'tap';
import { labelKeyFault, labelValueFault } from '../../../agent/config/label-rules.ts';
import { referencesIn, resolveLabels } from '../../../agent/config/labels.ts';
import { ExitCode } from '../../../agent/failure.ts';

const acceptedKeys = [
  'cnf',
  'a',
  'A.b_c-9',
  'example.com/cnf',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'node.kubernetes.io/instance-type',
  'node.kubernetes.io/cnf',
  'kubelet.kubernetes.io/cnf',
  'team.node.kubernetes.io/cnf',
  'my-kubernetes.io/cnf',
  'kubernetes.io.example.com/cnf',
  'multus-bootstrap.io/mine',
  `${'a'.repeat(63)}`,
  `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}/x`,
];

for (const key of acceptedKeys) {
  t.equal(labelKeyFault(key), undefined, key);
}

const refusedKeys: [string, RegExp][] = [
  ['', /"" is not the name of a label/],
  ['a b', /"a b" is not the name/],
  ['-a', /"-a" is not the name/],
  ['a-', /"a-" is not the name/],
  ['a,b', /"a,b" is not the name/],
  ['a=b', /"a=b" is not the name/],
  ['a'.repeat(64), /at most 63/],
  ['example.com/', /"" is not the name/],
  ['/a', /prefix "" is not a DNS name/],
  ['Example.com/a', /prefix "Example.com" is not a DNS name/],
  ['a..b/c', /prefix "a..b" is not a DNS name/],
  ['a/b/c', /"b\/c" is not the name/],
  [`${'a'.repeat(254)}/b`, /is not a DNS name/],
  ['kubernetes.io/cnf', /kubelet refuses to start .* write a prefix of yours, or node.kubernetes.io\/cnf/],
  ['k8s.io/cnf', /kubelet refuses to start/],
  ['apps.k8s.io/cnf', /kubelet refuses to start/],
  ['node-role.kubernetes.io/worker', /kubelet refuses to start .* node-role.kubernetes.io is/],
  ['node-restriction.kubernetes.io/cnf', /kubelet refuses to start/],
  ['topology.kubernetes.io/rack', /kubelet refuses to start/],
  ['multus-bootstrap.io/ready', /the agent sets this label itself/],
];

for (const [key, fault] of refusedKeys) {
  t.match(labelKeyFault(key), fault, `refuses ${key}`);
}

for (const value of ['', 'a', '10.0.4.4', 'eni-0123456789abcdef0', 'A_b.c-9', 'x'.repeat(63)]) {
  t.equal(labelValueFault(value), undefined, value);
}

for (const value of [
  '10.0.4.0/24',
  '02:ab:00:00:00:01',
  '2001:db8::1',
  'a,b',
  'a b',
  '-a',
  'a.',
  'é',
  'x'.repeat(64),
]) {
  t.match(labelValueFault(value), /is not the value of a label/, `refuses ${value}`);
}

t.test('references are filled in', async (t) => {
  const values = { 'eth1.address': '10.0.4.4', 'net.100.eniId': 'eni-1', zone: 'us-east-1a' };
  const labels = { plain: 'x', address: '${eth1.address}', both: '${zone}_${net.100.eniId}' };
  t.same(resolveLabels(labels, values), { plain: 'x', address: '10.0.4.4', both: 'us-east-1a_eni-1' });
});

t.test('references are found', async (t) => {
  t.strictSame(referencesIn('${zone}_${net.100.eniId}-$x{y}'), ['zone', 'net.100.eniId']);
  t.strictSame(referencesIn('plain'), []);
});

t.test('a value that the run does not have is told with its label', async (t) => {
  t.throws(() => resolveLabels({ a: '${cluster}' }, {}), {
    exitCode: ExitCode.configuration,
    message: 'label a: ${cluster} has no value on this node',
  });
  t.throws(() => resolveLabels({ a: 'x-${net.100.address}' }, { 'net.100.eniId': 'eni-1' }), {
    exitCode: ExitCode.configuration,
    message:
      'label a: ${net.100.address} has no value on this node: net.100 has no IPv4 address; write ${net.100.eniId} or ${net.100.subnetId}',
  });
});

t.test('an outcome that kubelet would refuse is told with what was written', async (t) => {
  t.throws(() => resolveLabels({ a: 'x-${zone}' }, { zone: 'us east' }), {
    exitCode: ExitCode.configuration,
    message: /^label a, written "x-\$\{zone\}": "x-us east" is not the value of a label/,
  });
});
