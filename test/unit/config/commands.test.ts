import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { parse } from 'yaml';
import { ids, smallWorld } from '../../simulator/small-world.ts';
import { multipart, nodeConfig, shortest } from './documents.ts';

const main = join(import.meta.dirname, '../../../agent/main.ts');

/** What the command prints and how it exits. */
async function command(
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], {
    ...options,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

const part = { type: 'application/multus-bootstrap.io', body: shortest };
const nodePart = { type: 'application/node.eks.aws', body: nodeConfig };
/** An interface of each kind. */
const kinds = `apiVersion: multus-bootstrap.io/v1alpha1
kind: MultusNodeConfig
spec:
  interfaces:
    - name: dual
      subnets: [subnet-0a1b2c3d]
      securityGroups: [sg-0a1b2c3d]
      ipv6: {mode: FirstFree, within: ["2600:1F18::/112"]}
    - name: tagged
      subnetTags: {net: signalling}
      securityGroups: [sg-0a1b2c3d]
      ipv4: {mode: None}
      ipv6: {mode: Automatic}
    - name: multus
      existing: {tags: {multus: "true"}}
      deleteOnTermination: true
  instanceTags: {multus-network-attached: "true"}
`;
const wrong = shortest.replace('eth1', 'lo').replace('subnet-', 'subnet_');

t.test('check', async (t) => {
  const directory = t.testdir({
    'config.yaml': shortest,
    'wrong.yaml': wrong,
    'nodeport.yaml': `${shortest}      ipv4: {podRange: [10.0.4.64-10.0.4.211]}
  nodePort:
    - {addresses: [10.0.4.201], interface: eth1}
    - {addresses: [10.0.4.211, 10.0.4.212], interface: eth1, mode: PerNode}
`,
    'kinds.yaml': kinds,
    'mixed.yaml': kinds.replace('name: multus', 'name: multus\n      subnets: [x]\n      ipv6: {}'),
    'unheeded.yaml': kinds.replace('mode: FirstFree', 'mode: Automatic'),
    'labels.json': JSON.stringify({
      apiVersion: 'multus-bootstrap.io/v1alpha1',
      kind: 'MultusNodeConfig',
      spec: { kubelet: { labels: { address: '${eth1.address}' } } },
    }),
    'user-data': multipart([nodePart, part]).toString(),
    alone: multipart([part]).toString(),
    bare: shortest,
    'script.sh': '#!/bin/sh\n',
    'node.yaml': nodeConfig,
    'misspelt.yaml': shortest
      .replace('multus-bootstrap.io', 'multus-bootstap.io')
      .replace('MultusNode', 'Node'),
    root: { etc: { 'multus-bootstrap': { 'config.d': { 'a.yaml': shortest } } } },
  });
  const file = (name: string) => join(directory, name);

  t.test('a configuration file', async (t) => {
    t.same(await command(['check', file('config.yaml')]), {
      exitCode: 0,
      stdout: `ok: interfaces: eth1; labels: none; from ${file('config.yaml')}`,
      stderr: `note: ${file('config.yaml')} is good as a file of config.d in the image; written there by cloud-init it comes too late`,
    });
  });
  t.test('NodePort addresses', async (t) => {
    const { exitCode, stdout, stderr } = await command(['check', file('nodeport.yaml')]);
    t.equal(exitCode, 0);
    t.equal(
      stdout,
      `ok: interfaces: eth1; NodePort addresses: 10.0.4.201, 10.0.4.211, 10.0.4.212; labels: none; from ${file('nodeport.yaml')}`,
    );
    t.match(stderr, /^note: eth1: a pod may be given .* keep 10\.0\.4\.201, 10\.0\.4\.211 out of it/m);
  });
  t.test('files and user data together', async (t) => {
    t.match(await command(['check', file('labels.json'), file('user-data')]), {
      exitCode: 0,
      stdout: `ok: interfaces: eth1; labels: address; from ${file('labels.json')}, ${file('user-data')} part 2`,
      stderr: /^note: \S+labels\.json is good as a file of config\.d in the image[^\n]*$/,
    });
  });
  t.test('standard input', async (t) => {
    const input = multipart([nodePart, part]).toString('base64');
    const { exitCode, stdout } = await command(['check', '-'], { input });
    t.same([exitCode, stdout], [0, 'ok: interfaces: eth1; labels: none; from standard input part 2']);
  });
  t.test('the config.d of the root', async (t) => {
    const { exitCode, stdout } = await command(['check', '--root', file('root')]);
    t.equal(exitCode, 0);
    t.match(stdout, /^ok: interfaces: eth1; .*config\.d\/a\.yaml$/);
    t.match(await command(['check', '--root', directory]), { exitCode: 0, stdout: /^no configuration/ });
  });
  t.test('all faults at once, with their places', async (t) => {
    const { exitCode, stdout, stderr } = await command(['check', file('wrong.yaml')]);
    t.same([exitCode, stdout], [3, '']);
    t.match(stderr.split('\n'), [
      `${file('wrong.yaml')}:5:13: spec.interfaces[0].name: "lo" is a name that the kernel uses itself`,
      `${file('wrong.yaml')}:6:17: spec.interfaces[0].subnets[0]: "subnet_0a1b2c3d" is not a subnet id`,
    ]);
  });
  t.test('an interface of each kind', async (t) => {
    t.match(await command(['check', file('kinds.yaml')]), {
      exitCode: 0,
      stdout: `ok: interfaces: dual, tagged, multus; labels: none; from ${file('kinds.yaml')}`,
    });
    const { exitCode, stderr } = await command(['check', file('mixed.yaml')]);
    t.equal(exitCode, 3);
    t.match(stderr.split('\n'), [
      `${file('mixed.yaml')}:15:17: spec.interfaces[2].subnets[0]: "x" is not a subnet id`,
      `${file('mixed.yaml')}:16:7: spec.interfaces[2].ipv6: is not for existing ENIs`,
      `${file('mixed.yaml')}:17:7: spec.interfaces[2].existing: cannot stand beside subnets`,
    ]);
    t.match(await command(['check', file('unheeded.yaml')]), {
      exitCode: 0,
      stderr: /^note: dual: ipv6\.within and ipv6\.podRange bind FirstFree alone/m,
    });
  });
  t.test('a bare document as user data is for images without nodeadm', async (t) => {
    const { exitCode, stderr } = await command(['check', file('bare')]);
    t.equal(exitCode, 3);
    t.match(
      stderr,
      /^\S*bare: nodeadm fails on this user data, and the node never joins: it is no MIME document/,
    );
    t.match(await command(['check', '--no-nodeadm', file('bare')]), { exitCode: 0, stdout: /^ok: / });
  });
  t.test('a blank line before the head hides a MIME document from nodeadm', async (t) => {
    const input = `\n${multipart([nodePart, part])}`;
    const { exitCode, stderr } = await command(['check', '-'], { input });
    t.equal(exitCode, 3);
    t.match(
      stderr,
      /^standard input: nodeadm fails on this user data, .*: it has something before its first header/,
    );
    t.match(await command(['check', '--no-nodeadm', '-'], { input }), { exitCode: 0, stdout: /^ok: / });
  });
  t.test('user data without a NodeConfig', async (t) => {
    t.match(await command(['check', file('alone')]), {
      exitCode: 0,
      stderr: /^note: \S*alone has no part of type application\/node\.eks\.aws/,
    });
    t.match(await command(['check', '--no-nodeadm', file('alone')]), { exitCode: 0, stderr: '' });
  });
  t.test('nothing of ours', async (t) => {
    for (const name of ['script.sh', 'node.yaml']) {
      t.match(await command(['check', file(name)]), { exitCode: 0, stdout: /^no configuration/ });
    }
  });
  t.test('a YAML file is meant for us, whatever it says', async (t) => {
    const { exitCode, stderr } = await command(['check', file('misspelt.yaml')]);
    t.equal(exitCode, 3);
    t.match(stderr, /:1:13: apiVersion: "multus-bootstap\.io\/v1alpha1" is not a version/);
  });
  t.test('a file that is not there', async (t) => {
    t.match(await command(['check', file('absent')]), {
      exitCode: 2,
      stderr: /^cannot read \S*absent: ENOENT/,
    });
  });
});

t.test('config says where each value is from', async (t) => {
  const directory = t.testdir({
    'user-data': multipart([nodePart, part]).toString(),
    late: '#cloud-config\nwrite_files: [{path: /etc/multus-bootstrap/config.d/a.yaml}]\n',
    root: {
      etc: {
        'multus-bootstrap': {
          'config.d': {
            'a.yaml':
              'apiVersion: multus-bootstrap.io/v1alpha1\nkind: MultusNodeConfig\nspec: {timeout: 5m}\n',
          },
        },
      },
    },
  });
  const root = join(directory, 'root');
  const { exitCode, stdout } = await command([
    'config',
    '--root',
    root,
    '--user-data',
    join(directory, 'user-data'),
  ]);
  t.equal(exitCode, 0);
  t.match(stdout, `  timeout: 5m # ${root}/etc/multus-bootstrap/config.d/a.yaml:3:17\n`);
  t.match(stdout, '  failurePolicy: Block # default\n');
  t.match(stdout, '    - name: eth1 # user data part 2:5:13\n');
  t.match(stdout, '        - subnet-0a1b2c3d # user data part 2:6:17\n');
  t.match(stdout, '      # default\n      tags: {}\n');
  t.match(parse(stdout), { spec: { timeout: '5m', interfaces: [{ name: 'eth1', mtu: 9001 }] } });

  t.match(await command(['config', '--root', directory, '--user-data', join(directory, 'late')]), {
    exitCode: 0,
    stdout: /^# no configuration/,
    stderr: /^warning: user data seems to write a file to config\.d/,
  });
  t.match(await command(['config', '--user-data', join(directory, 'absent')]), {
    exitCode: 2,
    stderr: /^cannot read/,
  });
});

t.test('config shows the defaults of each kind of interface', async (t) => {
  const directory = t.testdir({
    'user-data': multipart([nodePart, { ...part, body: kinds }]).toString(),
  });
  const { exitCode, stdout } = await command([
    'config',
    '--root',
    directory,
    '--user-data',
    join(directory, 'user-data'),
  ]);
  t.equal(exitCode, 0);
  const { spec } = parse(stdout);
  t.strictSame(spec.interfaces, [
    {
      name: 'dual',
      subnets: ['subnet-0a1b2c3d'],
      securityGroups: ['sg-0a1b2c3d'],
      ipv4: { mode: 'FirstFree', within: [], podRange: [] },
      ipv6: { mode: 'FirstFree', within: ['2600:1F18::/112'], podRange: [] },
      networkCard: 0,
      sourceDestCheck: true,
      deleteOnTermination: true,
      mtu: 9001,
      tags: {},
    },
    {
      name: 'tagged',
      subnetTags: { net: 'signalling' },
      securityGroups: ['sg-0a1b2c3d'],
      ipv4: { mode: 'None', within: [], podRange: [] },
      ipv6: { mode: 'Automatic', within: [], podRange: [] },
      networkCard: 0,
      sourceDestCheck: true,
      deleteOnTermination: true,
      mtu: 9001,
      tags: {},
    },
    {
      name: 'multus',
      existing: { tags: { multus: 'true' }, wait: '2m' },
      networkCard: 0,
      deleteOnTermination: true,
      mtu: 9001,
    },
  ]);
  t.match(stdout, '          - 2600:1F18::/112 # user data part 2:8:40\n');
  t.match(stdout, '        net: signalling # user data part 2:10:25\n');
  t.match(stdout, '        wait: 2m # default\n');
  t.match(stdout, '      deleteOnTermination: true # user data part 2:16:28\n');
  t.match(stdout, '    multus-network-attached: "true" # user data part 2:17:43\n');
  t.equal(stdout.match(/mode: FirstFree # default/g)?.length, 1);
});

t.test('config asks IMDS for the user data', async (t) => {
  const { sim } = await smallWorld(t);
  const node = await sim.launch({
    type: 'm5.large',
    subnetId: ids.subnet,
    userData: multipart([nodePart, part]),
  });
  const { exitCode, stdout } = await command(['config'], { env: sim.environment(node) });
  t.equal(exitCode, 0);
  t.match(stdout, '- name: eth1 # user data part 2:5:13');
});

t.test('schema describes every key', async (t) => {
  const { exitCode, stdout } = await command(['schema']);
  t.equal(exitCode, 0);
  t.match(JSON.parse(stdout), {
    $id: 'https://multus-bootstrap.io/v1alpha1/MultusNodeConfig.schema.json',
    title: 'MultusNodeConfig',
    required: ['apiVersion', 'kind'],
    properties: {
      spec: {
        properties: {
          timeout: { default: '10m', description: /Deadline/, examples: ['5m'] },
          interfaces: {
            items: {
              required: ['name'],
              oneOf: [
                { required: ['subnets', 'securityGroups'], properties: { existing: false } },
                { required: ['subnetTags', 'securityGroups'], properties: { existing: false } },
                { required: ['existing'], properties: { ipv4: false, ipv6: false, securityGroups: false } },
              ],
              properties: {
                ipv4: {
                  properties: { mode: { default: 'FirstFree', enum: ['FirstFree', 'Automatic', 'None'] } },
                },
                ipv6: { properties: { mode: { default: 'None' }, within: { items: { pattern: String } } } },
                existing: { required: ['tags'], properties: { wait: { default: '2m' } } },
              },
            },
          },
        },
      },
    },
  });
});

t.test('the command line', async (t) => {
  t.match(await command(['--version']), { exitCode: 0, stdout: /^\d+\.\d+\.\d+$/ });
  t.match(await command(['--help']), { exitCode: 0, stdout: /Exit codes:/ });
  for (const name of ['run', 'plan', 'check', 'config', 'schema', 'status']) {
    t.match(await command([name, '--help']), { exitCode: 0, stdout: /Examples:\n {2}multus-bootstrap/ });
  }
  t.match(await command([]), { exitCode: 2, stderr: /Usage: multus-bootstrap/ });
  t.match(await command(['chekc']), {
    exitCode: 2,
    stderr: /unknown command 'chekc'\n\(Did you mean check\?\)/,
  });
  t.match(await command(['check', '--bogus']), { exitCode: 2, stderr: /unknown option '--bogus'/ });
});

t.test('a bug shows its stack, and says what it is', async (t) => {
  const broken = 'process.stdout.write = () => { throw new TypeError("broken"); }';
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(broken)}` };
  const { exitCode, stderr } = await command(['schema'], { env });
  t.equal(exitCode, 1);
  t.match(
    stderr,
    /^TypeError: broken\n {4}at (?:.|\n)*\nthis is a bug in multus-bootstrap: please report it/,
  );
});

t.test('--root', async (t) => {
  for (const root of ['', join(t.testdir({ file: '' }), 'mistyped'), join(t.testdirName, 'file')]) {
    t.match(await command(['--root', root, 'check']), {
      exitCode: 2,
      stderr: `argument '${root}' is invalid. There is no such directory.`,
    });
  }
});
