import { join } from 'node:path';
import t, { type Test } from 'tap';
import { loadConfig, loadFiles } from '../../../agent/config/load.ts';
import { faultsOf, shortest } from './documents.ts';

const document = (spec: string) =>
  `apiVersion: multus-bootstrap.io/v1alpha1\nkind: MultusNodeConfig\nspec:\n${spec}`;

/** A root whose config.d holds these files. */
function rootWith(t: Test, files: Record<string, string | Record<string, never>>): string {
  return t.testdir({ etc: { 'multus-bootstrap': { 'config.d': files } } });
}
const directory = (root: string) => join(root, 'etc/multus-bootstrap/config.d');

t.test('files in name order, then the user data: maps key by key, lists whole', async (t) => {
  const root = rootWith(t, {
    '20-site.yml': document(
      '  timeout: 2m\n  instanceTags: {b: two}\n  kubelet: {labels: {b: two, c: two}}\n',
    ),
    '10-base.json': JSON.stringify({
      apiVersion: 'multus-bootstrap.io/v1alpha1',
      kind: 'MultusNodeConfig',
      spec: {
        cluster: 'base',
        timeout: '1m',
        instanceTags: { a: 'one', b: 'one' },
        interfaces: [
          { name: 'eth1', subnets: ['subnet-00000001'], securityGroups: ['sg-00000001'], mtu: 1500 },
          { name: 'eth2', subnets: ['subnet-00000001'], securityGroups: ['sg-00000001'] },
        ],
        kubelet: { labels: { a: 'one', b: 'one' }, maxPods: 'Keep' },
      },
    }),
    'notes.txt': 'not a configuration',
    '30-off.yaml.disabled': 'neither',
  });
  const userData = Buffer.from(`${shortest}  kubelet: {labels: {c: three}}\n`);
  const loaded = await loadConfig({ root, userData });
  t.same(loaded.kind === 'config' && loaded.config, {
    cluster: 'base',
    timeoutMs: 120_000,
    failurePolicy: 'Block',
    interfaces: [
      {
        name: 'eth1',
        subnets: ['subnet-0a1b2c3d'],
        subnetTags: undefined,
        existing: undefined,
        securityGroups: ['sg-0a1b2c3d'],
        ipv4: { mode: 'FirstFree', within: [], podRange: [], nodePort: [] },
        ipv6: { mode: 'None', within: [], podRange: [], nodePort: [] },
        networkCard: 0,
        sourceDestCheck: true,
        deleteOnTermination: true,
        mtu: 9001,
        tags: {},
        nodePort: [],
      },
    ],
    nodePort: [],
    metricsPort: undefined,
    instanceTags: { a: 'one', b: 'two' },
    labels: { a: 'one', b: 'two', c: 'three' },
    maxPods: 'Keep',
  });
  const originOf = loaded.kind === 'config' ? loaded.originOf : () => 'none';
  const base = join(directory(root), '10-base.json');
  const site = join(directory(root), '20-site.yml');
  t.match(originOf(['spec', 'cluster']), `${base}:1:`);
  t.equal(originOf(['spec', 'timeout']), `${site}:4:12`);
  t.equal(originOf(['spec', 'kubelet', 'labels', 'b']), `${site}:6:25`);
  t.equal(originOf(['spec', 'kubelet', 'labels', 'c']), 'user data:8:25');
  t.equal(originOf(['spec', 'interfaces', 0, 'name']), 'user data:5:13');
  t.equal(originOf(['spec', 'interfaces', 0, 'mtu']), undefined, 'a replaced list leaves nothing behind');
  t.equal(originOf(['spec', 'failurePolicy']), undefined);
});

t.test('labels alone are a configuration', async (t) => {
  const root = rootWith(t, { 'a.yaml': document('  kubelet: {labels: {a: b}}\n') });
  t.match(await loadConfig({ root, userData: undefined }), {
    config: { interfaces: [], labels: { a: 'b' } },
  });
});

t.test('no folder, and an empty one, are no configuration', async (t) => {
  t.match(await loadConfig({ root: t.testdir({}), userData: undefined }), { kind: 'none' });
  t.match(await loadConfig({ root: rootWith(t, {}), userData: undefined }), { kind: 'none' });
});

t.test('a label and the interface that it names may stand in different sources', async (t) => {
  const labels = document(
    '  kubelet: {labels: {a: "${eth1.address}", b: "${eth9.address}", c: "${cluster}"}}\n',
  );
  const root = rootWith(t, { 'a.yaml': labels });
  const userData = Buffer.from(`${shortest}  cluster: ${'c'.repeat(64)}\n`);
  const file = join(directory(root), 'a.yaml');
  t.match(await faultsOf(loadConfig({ root, userData })), [
    `${file}:4:47: spec.kubelet.labels.b: \${eth9.address} names an interface that is not configured; there are eth1`,
    /a\.yaml:4:69: spec\.kubelet\.labels\.c: "c{64}" is not the value of a label/,
  ]);
});

t.test('a wrong reference is told among other faults, once', async (t) => {
  const labels = '{a: "${eth2.address}", b: "${eth2.mac}"}';
  const userData = Buffer.from(`${shortest}      mtu: 1\n  kubelet: {labels: ${labels}}\n`);
  t.match(await faultsOf(loadConfig({ root: t.testdir({}), userData })), [
    /:8:12: spec\.interfaces\[0\]\.mtu: 1 is out of bounds/,
    /:9:47: spec\.kubelet\.labels\.b: there is no \$\{eth2\.mac\}/,
    /:9:25: spec\.kubelet\.labels\.a: \$\{eth2\.address\} names an interface that is not configured/,
  ]);
});

t.test('labels without interfaces', async (t) => {
  const userData = Buffer.from(document('  kubelet: {labels: {a: "${eth1.address}"}}\n'));
  t.match(await faultsOf(loadConfig({ root: t.testdir({}), userData })), [
    /names an interface that is not configured; there are none$/,
  ]);
});

t.test('the faults of all sources at once', async (t) => {
  const root = rootWith(t, {
    'a.yaml': document('  timeout: 1h\n'),
    'b.json': '{',
    'c.yaml': '',
    'd.yaml': {},
  });
  const userData = Buffer.from(document('  cluster: a b\n'));
  t.match(await faultsOf(loadConfig({ root, userData })), [
    /b\.json:1:2: is not valid YAML/,
    /c\.yaml: is empty; write a MultusNodeConfig or remove it$/,
    /d\.yaml: cannot be read: EISDIR/,
    /a\.yaml:4:12: spec\.timeout: "1h" is not a duration/,
    /^user data:4:12: spec\.cluster: "a b" is not a cluster name/,
  ]);
});

t.test('a config.d that is no folder', async (t) => {
  const root = t.testdir({ etc: { 'multus-bootstrap': { 'config.d': 'x' } } });
  t.match(await faultsOf(loadConfig({ root, userData: undefined })), [/config\.d: cannot be read: ENOTDIR/]);
});

t.test('the deadline is known from the files, before the user data', async (t) => {
  t.same(await loadFiles(t.testdir({})), { timeoutMs: 600_000 });
  const labels = document('  timeout: 1m30s\n  kubelet: {labels: {a: "${eth1.address}"}}\n');
  t.same(await loadFiles(rootWith(t, { 'a.yaml': labels })), { timeoutMs: 90_000 });
});

/** The interfaces of a configuration, in the model's terms. */
async function interfacesOf(t: Test, interfaces: string) {
  const root = rootWith(t, { '10.yaml': document(`  interfaces: ${interfaces}\n`) });
  const loaded = await loadConfig({ root, userData: undefined });
  return loaded.kind === 'config' ? loaded.config.interfaces : [];
}
const created = {
  networkCard: 0,
  mtu: 9001,
  existing: undefined,
  securityGroups: ['sg-00000001'],
  sourceDestCheck: true,
  deleteOnTermination: true,
  tags: {},
  nodePort: [],
};

t.test('an interface whose subnets have tags, with IPv6 in any spelling', async (t) => {
  const ipv6 = '{mode: FirstFree, within: ["2600:1F18:0::/64", "2600:1f18::5-2600:1F18::ff"]}';
  const eth1 = `subnetTags: {net: a, empty: ""}, securityGroups: [sg-00000001], ipv4: {mode: None}, ipv6: ${ipv6}`;
  t.strictSame(await interfacesOf(t, `[{name: eth1, ${eth1}}]`), [
    {
      ...created,
      name: 'eth1',
      subnets: [],
      subnetTags: { net: 'a', empty: '' },
      ipv4: { mode: 'None', within: [], podRange: [], nodePort: [] },
      ipv6: {
        mode: 'FirstFree',
        within: ['2600:1F18:0::/64', '2600:1f18::5-2600:1F18::ff'],
        podRange: [],
        nodePort: [],
      },
    },
  ]);
});

t.test('an ENI made beforehand keeps what the configuration does not say', async (t) => {
  const eth2 = 'existing: {tags: {a: b, "aws:x": y}, wait: 0s}, sourceDestCheck: false, mtu: 1500';
  t.strictSame(
    await interfacesOf(t, `[{name: eth1, existing: {tags: {a: b}}}, {name: eth2, networkCard: 1, ${eth2}}]`),
    [
      {
        name: 'eth1',
        existing: { tags: { a: 'b' }, waitMs: 120_000 },
        networkCard: 0,
        sourceDestCheck: undefined,
        deleteOnTermination: undefined,
        mtu: 9001,
        nodePort: [],
      },
      {
        name: 'eth2',
        existing: { tags: { a: 'b', 'aws:x': 'y' }, waitMs: 0 },
        networkCard: 1,
        sourceDestCheck: false,
        deleteOnTermination: undefined,
        mtu: 1500,
        nodePort: [],
      },
    ],
  );
});

t.test('subnets of one source and existing of another never come to one interface', async (t) => {
  const root = rootWith(t, { 'a.yaml': shortest });
  const userData = Buffer.from(document('  interfaces: [{name: eth1, existing: {tags: {a: b}}}]\n'));
  const loaded = await loadConfig({ root, userData });
  t.match(loaded, { config: { interfaces: [{ name: 'eth1', existing: { tags: { a: 'b' } } }] } });
  t.notMatch(loaded, { config: { interfaces: [{ subnets: Array }] } });
  const alone = Buffer.from(document('  interfaces: [{name: eth1, mtu: 1500}]\n'));
  t.match(await faultsOf(loadConfig({ root, userData: alone })), [
    /subnets: is missing/,
    /securityGroups: is missing/,
  ]);
});

t.test('whether an ENI made beforehand has an IPv4 address is not known offline', async (t) => {
  const interfaces = '  interfaces: [{name: eth1, existing: {tags: {a: b}}}]\n';
  const userData = Buffer.from(document(`${interfaces}  kubelet: {labels: {a: "\${eth1.address}"}}\n`));
  t.strictSame(await faultsOf(loadConfig({ root: t.testdir({}), userData })), []);
});

t.test('a label of one source refers to an IPv4 address that another does not give', async (t) => {
  const root = rootWith(t, { 'a.yaml': document('  kubelet: {labels: {a: "${eth1.address}"}}\n') });
  const userData = Buffer.from(`${shortest}      ipv4: {mode: None}\n      ipv6: {mode: Automatic}\n`);
  t.match(await faultsOf(loadConfig({ root, userData })), [
    /a\.yaml:4:25: spec\.kubelet\.labels\.a: \$\{eth1\.address\} is an IPv4 address, .*; write \$\{eth1\.eniId\} or/,
  ]);
});

t.test('ranges that no address is claimed from are told of', async (t) => {
  const eth1 = 'name: eth1, subnets: [subnet-00000001], securityGroups: [sg-00000001]';
  const warnings = async (addresses: string) => {
    const root = rootWith(t, { '10.yaml': document(`  interfaces: [{${eth1}, ${addresses}}]\n`) });
    return (await loadConfig({ root, userData: undefined })).warnings;
  };
  const within = (mode: string) => `{mode: ${mode}, within: ["2600::/64"]}`;
  t.match(await warnings('ipv4: {mode: Automatic, podRange: [10.0.4.64/26]}'), [
    /^eth1: ipv4\.within .* bind FirstFree alone; with mode Automatic .*create-subnet-cidr-reservation/,
  ]);
  t.match(await warnings(`ipv6: ${within('Automatic')}`), [/^eth1: ipv6\.within .* with mode Automatic/]);
  t.match(await warnings(`ipv6: ${within('None')}`), [
    /^eth1: ipv6\.within .* with mode None there is no such address$/,
  ]);
  t.equal(
    (await warnings(`ipv4: {mode: None, within: [10.0.4.64/26]}, ipv6: ${within('Automatic')}`)).length,
    2,
  );
  t.strictSame(await warnings('ipv4: {mode: Automatic}'), []);
  t.strictSame(await warnings(`ipv4: {podRange: [10.0.4.64/26]}, ipv6: ${within('FirstFree')}`), []);
});
