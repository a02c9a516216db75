import t from 'tap';
import { faultsOf, load, shortest } from './documents.ts';

const head = 'apiVersion: multus-bootstrap.io/v1alpha1\nkind: MultusNodeConfig\n';
const eth1 = (lines: string) => `${shortest}      ${lines}\n`;
const spec = (lines: string) => `${shortest}  ${lines}\n`;
const existing = (lines: string) =>
  `${head}spec:\n  interfaces:\n    - name: eth1\n      existing: {tags: {multus: "true"}}\n      ${lines}\n`;
const ipv6 = (range: string) => eth1(`ipv6: {mode: FirstFree, within: ["${range}"]}`);
const labels = (lines: string) => `${shortest}  kubelet:\n    labels:\n      ${lines}\n`;
const replaced = (from: string, to: string) => shortest.replace(from, to);
const place = 'spec.interfaces[0]';
const tagList = (count: number) => Array.from({ length: count }, (_, i) => `k${i}: v`).join(', ');

const ipv6Remedy =
  'is not a range of IPv6 addresses; write a CIDR or first-last, as in 2600:1f18:1:4::/112 or 2600:1f18:1:4::4-2600:1f18:1:4::ff';
/** None of them is a range of a VPC's IPv6 addresses. */
const noIpv6Ranges = [
  '10.0.4.0/24',
  '64:ff9b::10.0.0.1/128',
  '64:ff9b::10.0.0.1-64:ff9b::10.0.0.9',
  '::ffff:10.0.4.4/128',
  '::/0',
  '2600::/0',
  '::1/128',
  '2600::/129',
  '2600::/064',
  '2600::/64/64',
  '2600::/64-2600::5',
  '2600::1-',
  '2600::1-10.0.0.1',
  '2600::1-2600::10.0.0.1',
  '2600::1%eth0/128',
  '2600::1::2/128',
  '26000::/64',
  '-',
  '/',
  '',
];

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
    [
      '8:3: spec.replicas: is not a key here; there are cluster, timeout, failurePolicy, interfaces, nodePort, metricsPort, instanceTags, kubelet',
    ],
  ],
  [
    'a mode with a slip',
    eth1('ipv4: {mode: firstFree}'),
    [`8:20: ${place}.ipv4.mode: "firstFree" is not one of its values; write FirstFree`],
  ],
  [
    'a map that cannot be made a text of',
    spec('failurePolicy: {toString: 1}'),
    ['8:18: spec.failurePolicy: {"toString":1} is not one of its values; write Block or Taint or Ignore'],
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
    ['8:7: spec.interfaces[1].name: "eth1" is there twice; write another name'],
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
    [
      `5:7: ${place}.subnets: is missing; write ["subnet-0a1b2c3d4e5f60718"], or subnetTags or existing instead`,
    ],
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
    'subnets in two ways',
    eth1('subnetTags: {net: a}'),
    [`8:7: ${place}.subnetTags: cannot stand beside subnets; keep one of them`],
  ],
  [
    'subnets in two ways, and an ENI made beforehand',
    eth1('subnetTags: {net: a}\n      existing: {tags: {a: b}}'),
    [
      `7:7: ${place}.securityGroups: is not for existing ENIs, which keep theirs; remove it`,
      `8:7: ${place}.subnetTags: cannot stand beside subnets; keep one of them`,
      `9:7: ${place}.existing: cannot stand beside subnets; keep one of them`,
    ],
  ],
  [
    'what an ENI made beforehand has already',
    existing(
      'securityGroups: [sg-0a1b2c3d]\n      ipv4: {within: [10.0.4.0/26]}\n      ipv6: {}\n      tags: {a: b}',
    ),
    [
      `7:7: ${place}.securityGroups: is not for existing ENIs, which keep theirs; remove it`,
      `8:7: ${place}.ipv4: is not for existing ENIs, which keep theirs; remove it`,
      `9:7: ${place}.ipv6: is not for existing ENIs, which keep theirs; remove it`,
      `10:7: ${place}.tags: is not for existing ENIs, which keep theirs; remove it`,
    ],
  ],
  [
    'rules between keys beside faults in them',
    `${head}spec:\n  interfaces:\n    - name: lo\n      subnets: [x]\n      existing: {tags: {}}\n      ipv4: {within: [10.0.4.5]}\n`,
    [
      `5:13: ${place}.name: "lo" is a name that the kernel uses itself; write another, as in eth1`,
      `6:17: ${place}.subnets[0]: "x" is not a subnet id; write "subnet-" and 8 or 17 hex digits`,
      `7:7: ${place}.existing: cannot stand beside subnets; keep one of them`,
      `7:24: ${place}.existing.tags: is empty; write at least one tag, as in {multus: "true"}`,
      `8:7: ${place}.ipv4: is not for existing ENIs, which keep theirs; remove it`,
      `8:23: ${place}.ipv4.within[0]: "10.0.4.5" is not a range of IPv4 addresses; write a CIDR or first-last, as in 10.0.4.5/32`,
    ],
  ],
  [
    'an interface with nothing but a name twice',
    `${head}spec:\n  interfaces:\n    - {name: eth1, existing: {tags: {a: b}}}\n    - {name: eth1}\n`,
    [
      '6:7: spec.interfaces[1].subnets: is missing; write ["subnet-0a1b2c3d4e5f60718"], or subnetTags or existing instead',
      '6:7: spec.interfaces[1].securityGroups: is missing; write ["sg-0a1b2c3d4e5f60718"]',
      '6:8: spec.interfaces[1].name: "eth1" is there twice; write another name',
    ],
  ],
  [
    'interfaces that are none',
    `${head}spec:\n  interfaces: [null, eth1, [eth1], 3, {}]\n`,
    [
      '4:16: spec.interfaces[0]: has no value; write a map of keys and values, or remove the key',
      '4:22: spec.interfaces[1]: "eth1" is text, not a map of keys and values; write a map of keys and values',
      '4:28: spec.interfaces[2]: is a list, not a map of keys and values; write a map of keys and values',
      '4:36: spec.interfaces[3]: 3 is a number, not a map of keys and values; write a map of keys and values',
      '4:39: spec.interfaces[4].name: is missing; write "eth1"',
      '4:39: spec.interfaces[4].subnets: is missing; write ["subnet-0a1b2c3d4e5f60718"], or subnetTags or existing instead',
      '4:39: spec.interfaces[4].securityGroups: is missing; write ["sg-0a1b2c3d4e5f60718"]',
    ],
  ],
  [
    'existing without a value',
    `${head}spec:\n  interfaces: [{name: eth1, existing: }]\n`,
    [
      `4:39: ${place}.existing: has no value; write {"tags":{"multus":"true","cluster":"my-cluster"}}, or remove the key`,
    ],
  ],
  [
    'existing without tags, and with a slip',
    `${head}spec:\n  interfaces: [{name: eth1, existing: {tag: {a: b}}}]\n`,
    [
      `4:39: ${place}.existing.tags: is missing; write {"multus":"true","cluster":"my-cluster"}`,
      `4:40: ${place}.existing.tag: is not a key here; write tags`,
    ],
  ],
  [
    'ENIs made beforehand that are to be looked for by tags of the agent',
    `${head}spec:\n  interfaces: [{name: eth1, existing: {tags: {multus-bootstrap.io/created: "true"}}}]\n`,
    [
      `4:47: ${place}.existing.tags["multus-bootstrap.io/created"]: the agent sets such tags itself, once it has claimed an ENI; write one that its maker gives it, as in {multus: "true"}`,
    ],
  ],
  [
    'tags to look for that YAML reads otherwise, or EC2 does not have',
    replaced('subnets: [subnet-0a1b2c3d]', `subnetTags: {a: true, "": b, c: ${'x'.repeat(257)}}`),
    [
      `6:23: ${place}.subnetTags.a: true is read as a boolean, not as text; write it in quotes, "true"`,
      `6:29: ${place}.subnetTags[""]: the key has 0 characters; EC2 allows 1 to 128`,
      `6:39: ${place}.subnetTags.c: has 257 characters, EC2 allows 256; write a shorter value`,
    ],
  ],
  [
    'a wait without a unit',
    replaced('subnets: [subnet-0a1b2c3d]', 'existing: {tags: {a: b}, wait: 120}').replace(/ +sec.*\n/, ''),
    [`6:38: ${place}.existing.wait: 120 is read as a number, not as text; write "30s"`],
  ],
  [
    'a wait in hours',
    replaced('subnets: [subnet-0a1b2c3d]', 'existing: {tags: {a: b}, wait: 1h}').replace(/ +sec.*\n/, ''),
    [`6:38: ${place}.existing.wait: "1h" is not a duration; write minutes and seconds, as in 2m, 90s or 0s`],
  ],
  [
    'a wait over the bound',
    replaced('subnets: [subnet-0a1b2c3d]', 'existing: {tags: {a: b}, wait: 61m}').replace(/ +sec.*\n/, ''),
    [`6:38: ${place}.existing.wait: 61m is out of bounds; write at most 60m`],
  ],
  [
    'no address at all',
    eth1('ipv4: {mode: None}'),
    [
      `8:14: ${place}.ipv4.mode: None leaves the ENI without any address; write FirstFree, or ipv6: {mode: FirstFree}`,
    ],
  ],
  [
    'no address at all, said twice, beside another fault',
    eth1('ipv4: {mode: None}\n      ipv6: {mode: None}\n      mtu: 1'),
    [
      `8:14: ${place}.ipv4.mode: None leaves the ENI without any address; write FirstFree, or ipv6: {mode: FirstFree}`,
      `10:12: ${place}.mtu: 1 is out of bounds; write a whole number, 576 to 9001`,
    ],
  ],
  [
    'IPv6 ranges without a mode',
    eth1('ipv6: {podRange: ["2600::/64"]}'),
    [`8:7: ${place}.ipv6.mode: is missing, and the default None makes nothing of podRange; write FirstFree`],
  ],
  ...noIpv6Ranges.map((range): [string, string, string[]] => [
    `${range} for IPv6`,
    ipv6(range),
    [`8:40: ${place}.ipv6.within[0]: "${range}" ${ipv6Remedy}`],
  ]),
  [
    'one IPv6 address',
    ipv6('2600:1F18::5'),
    [
      `8:40: ${place}.ipv6.within[0]: "2600:1F18::5" is not a range of IPv6 addresses; write a CIDR or first-last, as in 2600:1F18::5/128`,
    ],
  ],
  [
    'host bits in IPv6',
    ipv6('2600:1f18:0::5/64'),
    [
      `8:40: ${place}.ipv6.within[0]: 2600:1f18:0::5/64 has bits set behind its prefix; write 2600:1f18::/64, or 2600:1f18:0::5/128 for the one address`,
    ],
  ],
  [
    'an IPv6 range backwards, and nothing else said',
    ipv6('2600::9-2600::5'),
    [`8:40: ${place}.ipv6.within[0]: 2600::9-2600::5 ends before it starts; write 2600::5-2600::9`],
  ],
  [
    'pods everywhere in IPv6, in another spelling',
    eth1('ipv6: {mode: FirstFree, within: ["2600::/112"], podRange: ["2600:0:0::0/64"]}'),
    [
      `8:65: ${place}.ipv6.podRange: covers all of within, so no address is left for workers; write ranges that do not overlap`,
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
    "tags of the instance that are not the user's",
    spec('instanceTags: {aws:x: y, multus-bootstrap.io/created: "true"}'),
    [
      '8:18: spec.instanceTags["aws:x"]: keys that begin with "aws:" are kept for AWS; write another key',
      '8:28: spec.instanceTags["multus-bootstrap.io/created"]: the agent sets this tag itself; remove it',
    ],
  ],
  [
    '51 tags of the instance',
    spec(`instanceTags: {${tagList(51)}}`),
    [
      '8:17: spec.instanceTags: has 51 tags; EC2 allows 50, those that the instance has already included: write at most 50',
    ],
  ],
  [
    'a label with an IPv4 address that is not there',
    `${eth1('ipv4: {mode: None}\n      ipv6: {mode: FirstFree}')}  kubelet: {labels: {a: "x-${'${eth1.address}'}", b: "${'${eth1.eniId}'}", c: 1}}\n`,
    [
      '10:69: spec.kubelet.labels.c: 1 is read as a number, not as text; write it in quotes, "1"',
      '10:25: spec.kubelet.labels.a: ${eth1.address} is an IPv4 address, which eth1 has none of, and IPv6 addresses are no values of labels; write ${eth1.eniId} or ${eth1.subnetId}',
    ],
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
