import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { intersect, parseRange, size, subtract } from '../../agent/claim/range.ts';
import { combine } from '../../agent/config/load.ts';
import { readUserData } from '../../agent/config/user-data.ts';
import { isObject, type JsonObject } from '../../agent/host/json.ts';
import { child } from '../userdata/child.ts';
import { evaluateResources, readTemplate } from '../userdata/cloudformation.ts';
import {
  type Example,
  examples,
  folder,
  launchTemplate,
  readDocument,
  readDocuments,
  selfManaged,
  selfManagedInFull,
} from '../userdata/examples.ts';
import { karpenterUserData } from '../userdata/karpenter.ts';
import { block, readModule } from '../userdata/terraform.ts';

const main = join(import.meta.dirname, '../../agent/main.ts');
const both = 'ok: interfaces: eth1, eth2; labels: ';

/** What `check` says of an example, its image's files before its user data. */
async function check(t: Test, { userData, imageFiles }: Omit<Example, 'name'>) {
  const directory = t.testdir(imageFiles);
  const file = join(directory, 'user-data');
  await writeFile(file, userData);
  const files = [...Object.keys(imageFiles).map((name) => join(directory, name)), file];
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, 'check', ...files], {
    reject: false,
  });
  return { exitCode, stdout, notes: stderr };
}

const said: Record<string, string> = {
  'nodeadm, shortest': 'ok: interfaces: eth1; labels: none',
  'nodeadm, full': `${both}cnf, eth1-address, eth2-subnet`,
  'self-managed group by CloudFormation': `${both}cnf, pool`,
  'self-managed group by CloudFormation, least parameters': `${both}none`,
  'managed group by CloudFormation': `${both}eth1-address, eth2-address`,
  Terraform: `${both}cnf, eth1-address`,
  Karpenter: `${both}eth1-address`,
  eksctl: `${both}none`,
};

t.test('every example is good user data', async (t) => {
  t.same(
    examples.map(({ name }) => name),
    Object.keys(said),
  );
  for (const example of examples) {
    const { exitCode, stdout, notes } = await check(t, example);
    t.equal(exitCode, 0, `${example.name}: ${notes}`);
    t.ok(stdout.startsWith(`${said[example.name]}; from `), `${example.name}: ${stdout}`);
    const imageNotes = Object.keys(example.imageFiles).length;
    t.equal(notes.split('\n').filter((line) => line !== '').length, imageNotes, `${example.name}: ${notes}`);
    t.ok(example.userData.length < 16 * 1024, `${example.name} fits into EC2's 16 KB`);
  }
});

t.test('NodePort addresses', async (t) => {
  const userData = readFileSync(new URL('nodeadm/nodeport.txt', folder));
  const { exitCode, stdout, notes } = await check(t, { userData, imageFiles: {} });
  t.equal(exitCode, 0, notes);
  const told =
    '10.0.4.201, 10.0.6.201, 10.0.4.211, 10.0.4.212, 10.0.4.213, 10.0.6.211, 10.0.6.212, 10.0.6.213';
  t.ok(stdout.startsWith(`ok: interfaces: eth1; NodePort addresses: ${told}; labels: none; from `), stdout);
  t.equal(notes, '');
});

t.test('CloudFormation', async (t) => {
  const text = readFileSync(new URL('cloudformation/self-managed-node-group.yaml', folder), 'utf8');
  const templates = ['self-managed-node-group.yaml', 'managed-node-group.yaml'].map((name) =>
    readTemplate(new URL(`cloudformation/${name}`, folder)),
  );
  t.strictSame(
    templates.flatMap((template) =>
      Object.values(child(template, 'Resources')).map((resource) =>
        isObject(resource) ? resource.Type : undefined,
      ),
    ),
    [
      'AWS::IAM::Role',
      'AWS::IAM::InstanceProfile',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::LaunchTemplate',
      'AWS::AutoScaling::AutoScalingGroup',
      'AWS::EC2::LaunchTemplate',
      'AWS::EKS::Nodegroup',
    ],
    'neither Lambda nor hook nor bucket',
  );
  t.match(launchTemplate('self-managed-node-group.yaml', selfManaged), {
    ImageId: 'ami-0a1b2c3d4e5f60718',
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
  });
  t.notHas(launchTemplate('self-managed-node-group.yaml', selfManaged), { KeyName: '' }, 'no key');
  t.match(
    launchTemplate('self-managed-node-group.yaml', {
      ...selfManaged,
      NodeImageId: '',
      NodeImageIdSSMParam: '/ami',
      KeyName: 'mine',
    }),
    { ImageId: '{{resolve:ssm:/ami}}', KeyName: 'mine' },
  );
  t.notMatch(text, /bootstrap\.sh|cfn-signal|s3:/i);

  const parameters = { ...selfManagedInFull, useIPsFromStartOfSubnet: 'false' };
  const { UserData } = launchTemplate('self-managed-node-group.yaml', parameters);
  const userData = Buffer.from(String(UserData), 'base64');
  t.match(userData.toString(), 'ipv4: {mode: Automatic, ');
  t.match(await check(t, { userData, imageFiles: {} }), { exitCode: 0 });

  const [template] = templates;
  assert(template !== undefined);
  for (const [parameter, value] of [
    ['InterfaceTags', 'cnf'],
    ['InterfaceTags', 'cnf="abc"'],
    ['NodeLabels', 'cnf=a, pool=b'],
    ['NodeImageId', 'my-image'],
    ['NodeImageId', ''],
    ['useIPsFromStartOfSubnet', 'yes'],
  ] as const) {
    t.throws(
      () => evaluateResources(template, { ...selfManaged, [parameter]: value }),
      `${parameter}=${value}`,
    );
  }
});

t.test('the table of parameters tells of every old and every new one', async (t) => {
  const readme = readFileSync(new URL('README.md', folder), 'utf8');
  const rows = [...readme.matchAll(/^\| (`\w+`)? ?\| (.*?) \|.*\|$/gm)].map(([, old, now = '']) => ({
    old: old?.slice(1, -1),
    now,
  }));
  const olds = rows.flatMap(({ old }) => (old === undefined ? [] : [old]));
  t.strictSame(olds.toSorted(), [
    'BootstrapArguments',
    'ClusterControlPlaneSecurityGroup',
    'ClusterName',
    'DisableIMDSv1',
    'InterfaceTags',
    'KeyName',
    'LambdaS3Bucket',
    'LambdaS3Key',
    'MultusSecurityGroups',
    'MultusSubnets',
    'NodeAutoScalingGroupDesiredCapacity',
    'NodeAutoScalingGroupMaxSize',
    'NodeAutoScalingGroupMinSize',
    'NodeGroupName',
    'NodeImageId',
    'NodeImageIdSSMParam',
    'NodeInstanceType',
    'NodeVolumeSize',
    'Subnets',
    'VpcId',
    'useIPsFromStartOfSubnet',
  ]);
  const told = rows.flatMap(({ old, now }) =>
    now.startsWith('the same') ? [old] : [...now.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const template = readTemplate(new URL('cloudformation/self-managed-node-group.yaml', folder));
  t.strictSame(told.toSorted(), Object.keys(child(template, 'Parameters')).toSorted());
  const { ParameterGroups } = child(child(template, 'Metadata'), 'AWS::CloudFormation::Interface');
  assert(Array.isArray(ParameterGroups));
  t.strictSame(
    ParameterGroups.flatMap(({ Parameters }) => Parameters).toSorted(),
    Object.keys(child(template, 'Parameters')).toSorted(),
    'and the form shows them all',
  );
});

t.test('Terraform', async (t) => {
  const module = await readModule(new URL('terraform/', folder));
  const template = block(module, 'resource', 'aws_launch_template');
  t.match(template, { metadata_options: [{ http_tokens: 'required', http_put_response_hop_limit: 1 }] });
  t.notOk('network_interfaces' in template, 'the agent adds the ENIs');
  t.notOk('initial_lifecycle_hook' in block(module, 'resource', 'aws_autoscaling_group'), 'no hook');
  const policy = String(block(module, 'resource', 'aws_iam_role_policy', 'multus_bootstrap').policy);
  const [, path = ''] = /file\("\$\{path\.module\}\/([^"]+)"\)/.exec(policy) ?? [];
  t.type(JSON.parse(readFileSync(new URL(`terraform/${path}`, folder), 'utf8')).Statement, Array);
});

/** The keys that Karpenter v1 knows, in the places that the examples use. */
const karpenterKeys = {
  ec2NodeClass:
    'amiFamily amiSelectorTerms associatePublicIPAddress blockDeviceMappings capacityReservationSelectorTerms context detailedMonitoring instanceProfile instanceStorePolicy ipPrefixCount kubelet metadataOptions role securityGroupSelectorTerms subnetSelectorTerms tags userData',
  amiSelectorTerm: 'alias id name owner ssmParameter tags',
  metadataOptions: 'httpEndpoint httpProtocolIPv6 httpPutResponseHopLimit httpTokens',
  nodePool: 'disruption limits replicas template weight',
  template: 'metadata spec',
  templateSpec: 'expireAfter nodeClassRef requirements startupTaints taints terminationGracePeriod',
  requirement: 'key minValues operator values',
};

function knows(t: Test, object: unknown, kind: keyof typeof karpenterKeys): void {
  const known = karpenterKeys[kind].split(' ');
  const keys = isObject(object) ? Object.keys(object) : [];
  t.ok(keys.length > 0 && keys.every((key) => known.includes(key)), `${kind}: ${keys}`);
}

t.test('Karpenter', async (t) => {
  const nodeClass = readDocument('karpenter/ec2nodeclass.yaml');
  const nodePool = readDocument('karpenter/nodepool.yaml');
  t.match(nodeClass, { apiVersion: 'karpenter.k8s.aws/v1', kind: 'EC2NodeClass' });
  t.match(nodePool, { apiVersion: 'karpenter.sh/v1', kind: 'NodePool' });
  const spec = child(nodeClass, 'spec');
  knows(t, spec, 'ec2NodeClass');
  knows(t, spec.metadataOptions, 'metadataOptions');
  assert(Array.isArray(spec.amiSelectorTerms) && typeof spec.userData === 'string');
  for (const term of spec.amiSelectorTerms) {
    knows(t, term, 'amiSelectorTerm');
  }
  t.match(spec, { amiFamily: 'AL2023', metadataOptions: { httpTokens: 'required' } });

  const pool = child(nodePool, 'spec');
  knows(t, pool, 'nodePool');
  const template = child(pool, 'template');
  knows(t, template, 'template');
  const node = child(template, 'spec');
  knows(t, node, 'templateSpec');
  assert(Array.isArray(node.requirements));
  for (const requirement of node.requirements) {
    knows(t, requirement, 'requirement');
  }
  t.match(node.nodeClassRef, { name: child(nodeClass, 'metadata').name, kind: 'EC2NodeClass' });
  t.notMatch(JSON.stringify([node.taints, node.startupTaints]), 'multus-bootstrap.io/not-ready');

  const { config } = loaded('Karpenter');
  t.ok(config.timeoutMs < 15 * 60_000, 'gives up before Karpenter does');
  const { reservedENIs } = child(readDocument('karpenter/values.yaml'), 'settings');
  t.equal(reservedENIs, String(config.interfaces.length), 'every Multus interface is reserved');

  // What the examples' comments warn of.
  const bare = /kind: MultusNodeConfig[\s\S]*(?=--BOUNDARY--)/.exec(spec.userData)?.[0] ?? '';
  const userData = karpenterUserData(`apiVersion: multus-bootstrap.io/v1alpha1\n${bare}`, 30, []);
  t.match(await check(t, { userData, imageFiles: {} }), {
    exitCode: 3,
    notes: 'Karpenter relabels user data',
  });
});

t.test('eksctl: a launch template stands alone', async (t) => {
  const config = readDocument('eksctl/cluster-config.yaml');
  t.match(config, { apiVersion: 'eksctl.io/v1alpha5', kind: 'ClusterConfig' });
  assert(Array.isArray(config.managedNodeGroups));
  const [baked, byTemplate, ...more] = config.managedNodeGroups;
  t.same(more, []);
  t.match(baked, { amiFamily: 'AmazonLinux2023', ami: /^ami-/, disableIMDSv1: true });
  const refused =
    'instanceType ami amiFamily ssh securityGroups volumeSize instanceName instancePrefix maxPodsPerNode disableIMDSv1 disablePodIMDS preBootstrapCommands overrideBootstrapCommand placement';
  t.match(byTemplate, { launchTemplate: { id: /^lt-/ } });
  t.same(
    Object.keys(byTemplate).filter((key) => refused.split(' ').includes(key)),
    [],
  );
});

/** The effective configuration of an example. */
function loaded(name: string) {
  const example = examples.find((each) => each.name === name);
  assert(example !== undefined);
  return effective(name, example.userData);
}

function effective(name: string, bytes: Buffer) {
  const userData = readUserData(name, bytes);
  const all = combine(userData.sources, userData.problems, userData);
  assert(all.kind === 'config');
  return all;
}

/** The plugins of a NetworkAttachmentDefinition. */
function plugins(definition: JsonObject): JsonObject[] {
  const config: unknown = JSON.parse(String(child(definition, 'spec').config));
  assert(isObject(config));
  return Array.isArray(config.plugins) ? config.plugins : [config];
}

t.test('NetworkAttachmentDefinitions fit the full example', async (t) => {
  const { interfaces } = loaded('nodeadm, full').config;
  const files = readdirSync(new URL('network-attachment-definitions/', folder));
  const definitions = files.flatMap((file) => readDocuments(`network-attachment-definitions/${file}`));
  const taken = new Map<string, ReturnType<typeof parseRange>[]>();
  const types = new Set<unknown>();
  for (const definition of definitions) {
    t.match(definition, { apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition' });
    const name = String(child(definition, 'metadata').name);
    const [plugin, ...chained] = plugins(definition);
    assert(plugin !== undefined);
    types.add(plugin.type);
    for (const { type } of chained) {
      types.add(type);
    }
    const link = plugin.type === 'host-device' ? plugin.device : plugin.master;
    const on = interfaces.find((each) => each.name === link);
    assert(on !== undefined && on.existing === undefined, `${name}: ${link} is an interface`);

    const ipam = child(plugin, 'ipam');
    types.add(ipam.type);
    const whereabouts = ipam.type === 'whereabouts';
    const [first, last] = whereabouts ? [ipam.range_start, ipam.range_end] : [ipam.rangeStart, ipam.rangeEnd];
    const range = parseRange(`${first}-${last}`);
    const subnet = parseRange(String(whereabouts ? ipam.range : ipam.subnet));
    t.same(subtract([range], on.ipv4.podRange.map(parseRange)), [], `${name}: in the pods' part`);
    t.same(intersect([range], on.ipv4.within.map(parseRange)), [], `${name}: not in the nodes' part`);
    t.same(
      subtract([range], [{ first: subnet.first + 4n, last: subnet.last - 1n }]),
      [],
      `${name}: in its subnet`,
    );
    t.equal(parseRange(String(ipam.gateway)).first, subnet.first + 1n, `${name}: the VPC's router`);
    const others = taken.get(on.name) ?? [];
    t.equal(size(intersect([range], others)), 0n, `${name}: no other definition's`);
    taken.set(on.name, [...others, range]);
  }
  const { nodePort } = effective('NodePort', readFileSync(new URL('nodeadm/nodeport.txt', folder))).config;
  for (const { addresses, interface: link } of nodePort) {
    const on = interfaces.find(({ name }) => name === link);
    assert(on !== undefined && on.existing === undefined);
    const pods = [...(taken.get(link) ?? []), ...on.ipv4.podRange.map(parseRange)];
    t.equal(size(intersect(addresses.map(parseRange), pods)), 0n, `no pod is given one of ${addresses}`);
  }
  t.same([...types].toSorted(), ['host-device', 'host-local', 'ipvlan', 'sbr', 'whereabouts']);
});
