import t from 'tap';
import { faultsOf, load, shortest } from './documents.ts';

const head = 'apiVersion: multus-bootstrap.io/v1alpha1\nkind: MultusNodeConfig\n';
const eth1 = (lines: string) => `${shortest}      ${lines}\n`;
const spec = (lines: string) => `${shortest}  ${lines}\n`;
const labels = (lines: string) => `${shortest}  kubelet:\n    labels:\n      ${lines}\n`;
const replaced = (from: string, to: string) => shortest.replace(from, to);
const place = 'spec.interfaces[0]';
const tagList = (count: number) => Array.from({ length: count }, (_, i) => `k${i}: v`).join(', ');

/** Each document, and all that is said of it, behind `user data:`. */
const faults: [string, string, string[]][] = [
  [
    'an unknown version',
    replaced('v1alpha1', 'v2'),
    [
      '1:13: apiVersion: "multus-bootstrap.io/v2" is not a version that this agent reads; write multus-bootstrap.io/v1alpha1',
    ],
  ],
  [
    'a misspelt kind',
    replaced('MultusNodeConfig', 'MultusConfig'),
    ['2:7: kind: "MultusConfig" is not one of its values; write MultusNodeConfig'],
  ],
  ['no kind', replaced('kind: MultusNodeConfig\n', ''), ['1:1: kind: is missing; write MultusNodeConfig']],
  [
    'the group alone',
    replaced('multus-bootstrap.io/v1alpha1', 'multus-bootstrap.io'),
    [
      '1:13: apiVersion: "multus-bootstrap.io" is not a version that this agent reads; write multus-bootstrap.io/v1alpha1',
    ],
  ],
  [
    'two documents',
    `${shortest}---\n${shortest}`,
    ['8:1: a second document starts here; write one document a file or part'],
  ],
  [
    'a duplicate key',
    spec('timeout: 5m\n  timeout: 6m'),
    ['9:3: is not valid YAML: Map keys must be unique'],
  ],
  [
    'no YAML',
    `${head}spec: [`,
    [
      '3:8: is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'a tag of CloudFormation',
    spec('cluster: !Ref Cluster'),
    ['8:12: is not valid YAML: Unresolved tag: !Ref'],
  ],
  [
    'an alias without an anchor',
    spec('cluster: *name'),
    [' cannot be read: Unresolved alias (the anchor must be set before the alias): name'],
  ],
  [
    'a key with a slip',
    spec('failurPolicy: Block'),
    ['8:3: spec.failurPolicy: is not a key here; write failurePolicy'],
  ],
  [
    'a key of another world',
    spec('replicas: 3'),
    ['8:3: spec.replicas: is not a key here; there are cluster, timeout, failurePolicy, interfaces, kubelet'],
  ],
  [
    'a later feature of the node',
    spec('nodePort: []'),
    ['8:3: spec.nodePort: is not supported yet; remove it'],
  ],
  ['ipv6', eth1('ipv6: {mode: None}'), [`8:7: ${place}.ipv6: is not supported yet; remove it`]],
  ['existing', eth1('existing: {tags: {a: b}}'), [`8:7: ${place}.existing: is not supported yet; remove it`]],
  ['subnetTags', eth1('subnetTags: {a: b}'), [`8:7: ${place}.subnetTags: is not supported yet; remove it`]],
  [
    'mode None',
    eth1('ipv4: {mode: None}'),
    [`8:20: ${place}.ipv4.mode: None is not supported yet; write FirstFree or Automatic`],
  ],
  [
    'a mode with a slip',
    eth1('ipv4: {mode: firstFree}'),
    [`8:20: ${place}.ipv4.mode: "firstFree" is not one of its values; write FirstFree`],
  ],
  [
    'a policy of another kind',
    spec('failurePolicy: Retry'),
    ['8:18: spec.failurePolicy: "Retry" is not one of its values; write Block or Taint or Ignore'],
  ],
  [
    'a timeout without a unit',
    spec('timeout: 10'),
    ['8:12: spec.timeout: 10 is read as a number, not as text; write "5m"'],
  ],
  [
    'a timeout in words',
    spec('timeout: 10 min'),
    ['8:12: spec.timeout: "10 min" is not a duration; write minutes and seconds, as in 10m, 90s or 1m30s'],
  ],
  [
    'a timeout over the bound',
    spec('timeout: 60m1s'),
    ['8:12: spec.timeout: 60m1s is out of bounds; write at least 1s and at most 60m'],
  ],
  [
    'no time at all',
    spec('timeout: 0s'),
    ['8:12: spec.timeout: 0s is out of bounds; write at least 1s and at most 60m'],
  ],
  [
    'an empty value',
    spec('cluster:'),
    ['8:11: spec.cluster: has no value; write "my-cluster", or remove the key'],
  ],
  [
    'a cluster with spaces',
    spec('cluster: my cluster'),
    [
      '8:12: spec.cluster: "my cluster" is not a cluster name; write up to 100 letters, digits, "-" and "_", a letter or digit first',
    ],
  ],
  [
    'a list that is a map',
    `${head}spec:\n  interfaces:\n    name: eth1\n`,
    ['5:5: spec.interfaces: is a map of keys and values, not a list; write a list'],
  ],
  ['a document that is a list', `- ${JSON.stringify({ apiVersion: 'multus-bootstrap.io/v1alpha1' })}`, []],
  [
    'a long name',
    replaced('eth1', 'signalling-core0'),
    [
      `5:13: ${place}.name: "signalling-core0" has 16 characters, the kernel allows 15; write a shorter name, as in eth1`,
    ],
  ],
  [
    'a name of digits',
    replaced('eth1', '"123"'),
    [
      `5:13: ${place}.name: "123" is not an interface name; write letters, digits, "-", "_" and ".", not only digits, as in eth1`,
    ],
  ],
  [
    'a name that is a path',
    replaced('eth1', '../x'),
    [
      `5:13: ${place}.name: "../x" is not an interface name; write letters, digits, "-", "_" and ".", not only digits, as in eth1`,
    ],
  ],
  [
    'the loopback',
    replaced('eth1', 'lo'),
    [`5:13: ${place}.name: "lo" is a name that the kernel uses itself; write another, as in eth1`],
  ],
  [
    'a name twice',
    `${shortest}${shortest.slice(shortest.indexOf('    -'))}`,
    ['8:7: spec.interfaces[1]: "eth1" is there twice; remove one'],
  ],
  [
    'a subnet of the wrong form',
    replaced('subnet-0a1b2c3d', 'subnet-xyz'),
    [`6:17: ${place}.subnets[0]: "subnet-xyz" is not a subnet id; write "subnet-" and 8 or 17 hex digits`],
  ],
  [
    'a subnet twice',
    replaced('[subnet-0a1b2c3d', '[subnet-0a1b2c3d, subnet-0a1b2c3d'),
    [`6:34: ${place}.subnets[1]: "subnet-0a1b2c3d" is there twice; remove one`],
  ],
  [
    'no subnet',
    replaced('[subnet-0a1b2c3d]', '[]'),
    [`6:16: ${place}.subnets: is empty; write at least one subnet id`],
  ],
  [
    'no subnets',
    replaced('      subnets: [subnet-0a1b2c3d]\n', ''),
    [`5:7: ${place}.subnets: is missing; write ["subnet-0a1b2c3d4e5f60718","subnet-1a1b2c3d4e5f60718"]`],
  ],
  [
    'a group by its name',
    replaced('sg-0a1b2c3d', 'default'),
    [
      `7:24: ${place}.securityGroups[0]: "default" is not a security group id; write "sg-" and 8 or 17 hex digits, not the group's name`,
    ],
  ],
  [
    '17 groups',
    replaced('sg-0a1b2c3d', Array.from({ length: 17 }, (_, i) => `sg-0a1b2c${i + 10}`).join(', ')),
    [`7:23: ${place}.securityGroups: has more than 16 groups, the most that EC2 allows an ENI; remove some`],
  ],
  [
    'host bits',
    eth1('ipv4: {within: [10.0.4.5/24]}'),
    [
      `8:23: ${place}.ipv4.within[0]: 10.0.4.5/24 has bits set behind its prefix; write 10.0.4.0/24, or 10.0.4.5/32 for the one address`,
    ],
  ],
  [
    'a range backwards',
    eth1('ipv4: {podRange: [10.0.4.9-10.0.4.5]}'),
    [`8:25: ${place}.ipv4.podRange[0]: 10.0.4.9-10.0.4.5 ends before it starts; write 10.0.4.5-10.0.4.9`],
  ],
  [
    'one address',
    eth1('ipv4: {within: [10.0.4.5]}'),
    [
      `8:23: ${place}.ipv4.within[0]: "10.0.4.5" is not a range of IPv4 addresses; write a CIDR or first-last, as in 10.0.4.5/32`,
    ],
  ],
  [
    'an octet too large',
    eth1('ipv4: {within: [10.0.4.0-10.0.4.256]}'),
    [
      `8:23: ${place}.ipv4.within[0]: "10.0.4.0-10.0.4.256" is not a range of IPv4 addresses; write a CIDR or first-last, as in 10.0.4.0/26 or 10.0.4.4-10.0.4.63`,
    ],
  ],
  [
    'pods everywhere',
    eth1('ipv4: {within: [10.0.4.0/26], podRange: [10.0.4.0/24]}'),
    [
      `8:47: ${place}.ipv4.podRange: covers all of within, so no address is left for workers; write ranges that do not overlap`,
    ],
  ],
  [
    'a small mtu',
    eth1('mtu: 575'),
    [`8:12: ${place}.mtu: 575 is out of bounds; write a whole number, 576 to 9001`],
  ],
  [
    'a large mtu',
    eth1('mtu: 9002'),
    [`8:12: ${place}.mtu: 9002 is out of bounds; write a whole number, 576 to 9001`],
  ],
  [
    'half a card',
    eth1('networkCard: 0.5'),
    [`8:20: ${place}.networkCard: 0.5 is a number, not a whole number; write 1`],
  ],
  [
    'a card below the first',
    eth1('networkCard: -1'),
    [`8:20: ${place}.networkCard: -1 is out of bounds; write a whole number, 0 or more`],
  ],
  [
    'yes',
    eth1('sourceDestCheck: yes'),
    [`8:24: ${place}.sourceDestCheck: "yes" is text, not true or false; write true`],
  ],
  [
    'no',
    eth1('deleteOnTermination: no'),
    [`8:28: ${place}.deleteOnTermination: "no" is text, not true or false; write false`],
  ],
  [
    'a tag that YAML reads as a number',
    eth1('tags: {team: 0123}'),
    [`8:20: ${place}.tags.team: 0123 is read as the number 123, not as text; write it in quotes, "0123"`],
  ],
  [
    "AWS's tags",
    eth1('tags: {"AWS:x": y}'),
    [`8:14: ${place}.tags["AWS:x"]: keys that begin with "aws:" are kept for AWS; write another key`],
  ],
  [
    "the agent's tags",
    eth1('tags: {multus-bootstrap.io/created: "false", node.k8s.amazonaws.com/no_manage: "false"}'),
    [
      `8:14: ${place}.tags["multus-bootstrap.io/created"]: the agent sets this tag itself; remove it`,
      `8:52: ${place}.tags["node.k8s.amazonaws.com/no_manage"]: the agent sets this tag itself; remove it`,
    ],
  ],
  [
    "the VPC CNI's tag",
    eth1('tags: {node.k8s.amazonaws.com/instance_id: i-1}'),
    [
      `8:14: ${place}.tags["node.k8s.amazonaws.com/instance_id"]: the VPC CNI deletes available ENIs that carry this tag; remove it`,
    ],
  ],
  [
    'a long tag',
    eth1(`tags: {a: ${'x'.repeat(257)}}`),
    [`8:17: ${place}.tags.a: has 257 characters, EC2 allows 256; write a shorter value`],
  ],
  [
    'an empty tag key',
    eth1('tags: {"": a}'),
    [`8:14: ${place}.tags[""]: the key has 0 characters; EC2 allows 1 to 128`],
  ],
  [
    '45 tags',
    eth1(`tags: {${tagList(45)}}`),
    [`8:13: ${place}.tags: has 45 tags; EC2 allows 50, six of them are the agent's: write at most 44`],
  ],
  [
    'a reference to nothing',
    labels('a: "${eth1.mac}"'),
    [
      '10:10: spec.kubelet.labels.a: there is no ${eth1.mac}; write one of ${eth1.address}, ${eth1.eniId}, ${eth1.subnetId}, ${eth1.deviceIndex}, ${eth1.networkCard}, ${zone}, ${region}, ${instanceId}, ${instanceType}, ${cluster}, with an interface of yours for eth1',
    ],
  ],
  [
    'a reference to no interface',
    labels('a: "${eth2.address}"'),
    [
      '10:10: spec.kubelet.labels.a: ${eth2.address} names an interface that is not configured; there are eth1',
    ],
  ],
  [
    'a cluster that has no name',
    labels('a: "${cluster}"'),
    ['10:10: spec.kubelet.labels.a: ${cluster} has no value; write spec.cluster'],
  ],
  [
    'references too long for a label',
    labels('a: "${eth1.subnetId}.${eth1.subnetId}.${eth1.eniId}"'),
    [
      '10:10: spec.kubelet.labels.a: once its references are filled in, "subnet-0123456789abcdef0.subnet-0123456789abcdef0.eni-0123456789abcdef0" is not the value of a label; write letters, digits, "-", "_" and ".", a letter or digit first and last, at most 63',
    ],
  ],
  [
    'all at once, in order',
    spec('timout: 5m\n  kubelet: {labels: {a b: c, ok: true}, maxPods: adjust}').replace('eth1', 'lo'),
    [
      `5:13: ${place}.name: "lo" is a name that the kernel uses itself; write another, as in eth1`,
      '8:3: spec.timout: is not a key here; write timeout',
      '9:22: spec.kubelet.labels["a b"]: "a b" is not the name of a label; write letters, digits, "-", "_" and ".", a letter or digit first and last, at most 63',
      '9:34: spec.kubelet.labels.ok: true is read as a boolean, not as text; write it in quotes, "true"',
      '9:50: spec.kubelet.maxPods: "adjust" is not one of its values; write Adjust',
    ],
  ],
];

for (const [name, document, expected] of faults) {
  t.test(name, async (t) => {
    t.same(
      await faultsOf(load(document)),
      expected.map((line) => `user data:${line}`),
    );
  });
}

t.test('billion laughs are not laughed', async (t) => {
  const level = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]\n`;
  const bomb = `${head}a: &a [x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}`;
  t.match(await faultsOf(load(bomb)), [/^user data: cannot be read: Excessive alias count/]);
});

t.test('a document that is too large', async (t) => {
  const faults = await faultsOf(load(`${shortest}${'#'.repeat(256 * 1024)}`));
  t.same(faults, ['user data: is larger than 256 KiB; no configuration is']);
});

t.test('the faults that follow from a fault in the syntax are cut short', async (t) => {
  t.equal((await faultsOf(load(`${shortest}  cluster: ${'['.repeat(100)}`))).length, 10);
});
