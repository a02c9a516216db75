import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { type DropInRequest, planDropIn, writeDropIn } from '../../../agent/kubelet/drop-in.ts';
import { readNodeConfigDropIns } from '../../../agent/kubelet/node-config.ts';

const request: DropInRequest = {
  instanceId: 'i-1',
  labels: { 'multus-bootstrap.io/ready': 'true' },
  taint: false,
  maxPods: 'Keep',
  multusEnis: 2,
  cardEnis: 4,
  nodeConfigs: [],
};

/** A NodeConfig with these kubelet settings, in the user data or as a drop-in. */
function nodeConfig(kubelet: object, name = 'user data') {
  return {
    name,
    afterOurs: name > '60-multus-bootstrap.yaml' && name !== 'user data',
    document: { spec: { kubelet } },
  };
}

t.test('labels, in an order of their own', (t) => {
  const { content, warnings, problems } = planDropIn({
    ...request,
    labels: { zone: 'b', 'multus-bootstrap.io/ready': 'true', cnf: '' },
  });
  t.equal(
    content,
    `# Written by multus-bootstrap for instance i-1
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    flags:
      - --node-labels=cnf=,multus-bootstrap.io/ready=true,zone=b
`,
  );
  t.same([warnings, problems], [[], []]);
  t.end();
});

t.test('the taint with the user’s, only where it is asked for', (t) => {
  const nodeConfigs = [nodeConfig({ flags: ['--register-with-taints=a=b:NoSchedule'] })];
  t.same(parse(planDropIn({ ...request, labels: {}, taint: true, nodeConfigs }).content).spec.kubelet.flags, [
    '--register-with-taints=multus-bootstrap.io/not-ready:NoSchedule,a=b:NoSchedule',
  ]);
  t.notMatch(planDropIn({ ...request, nodeConfigs }).content, 'taints');
  t.end();
});

t.test('a long list of labels stays on one line', (t) => {
  const labels = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [`example.com/label-${n}`, `value-${n}`]),
  );
  const { content } = planDropIn({ ...request, labels });
  t.equal(content.split('\n').filter((line) => line.includes('label-')).length, 1);
  t.end();
});

t.test('a drop-in after ours that would drop our taint is a problem, where the taint is wanted', (t) => {
  const taints = { flags: ['--register-with-taints=a=b:NoSchedule'] };
  const cases: [string, ReturnType<typeof nodeConfig>, boolean, number][] = [
    ['after ours', nodeConfig(taints, '70-user.yaml'), true, 1],
    ['before ours', nodeConfig(taints, '50-user.yaml'), true, 0],
    ['in the user data', nodeConfig(taints), true, 0],
    ['after ours, without the flag', nodeConfig({ flags: ['--node-labels=a=b'] }, '70-user.yaml'), true, 0],
    ['after ours, but no taint of ours', nodeConfig(taints, '70-user.yaml'), false, 0],
  ];
  for (const [title, config, taint, count] of cases) {
    const { problems } = planDropIn({ ...request, taint, nodeConfigs: [config] });
    t.equal(problems.length, count, title);
    if (count > 0) {
      t.match(problems, [/^70-user\.yaml comes after 60-multus-bootstrap\.yaml and sets --register/]);
    }
  }
  t.end();
});

t.test('a document that cannot be read is told of', (t) => {
  for (const document of [undefined, null, ['a list'], 'text']) {
    const nodeConfigs = [{ name: 'x.yaml', afterOurs: true, document }];
    const { warnings } = planDropIn({ ...request, nodeConfigs });
    t.match(warnings, [/^x\.yaml cannot be read as a NodeConfig document/], String(document));
  }
  t.end();
});

t.test('maxPods', (t) => {
  const ours = '((default_enis - 2) * (ips_per_eni - 1)) + 2';
  const theirs = nodeConfig({ maxPodsExpression: 'max_pods - 5' });
  const fixed = nodeConfig({ config: { maxPods: 30 } });
  const cases: [string, Partial<DropInRequest>, string | undefined, RegExp[]][] = [
    ['adjusted', {}, ours, []],
    ['the largest number of ENIs', { multusEnis: 3 }, '((default_enis - 3) * (ips_per_eni - 1)) + 2', []],
    ['kept', { maxPods: 'Keep', nodeConfigs: [fixed] }, undefined, []],
    ['no ENI on card 0', { multusEnis: 0, nodeConfigs: [fixed] }, undefined, []],
    ['no ENI left for pods', { cardEnis: 2 }, undefined, [/^maxPods is not adjusted: .*takes 2 .*carries 2/]],
    [
      'the user’s own expression',
      { nodeConfigs: [theirs] },
      undefined,
      [/^user data has a maxPodsExpression/],
    ],
    [
      'maxPods fixed',
      { nodeConfigs: [fixed] },
      ours,
      [/^user data sets kubelet.config.maxPods.*RESERVED_ENIS=2/],
    ],
    [
      'both',
      { nodeConfigs: [theirs, nodeConfig({ config: { maxPods: 30 } }, '70-user.yaml')] },
      undefined,
      [/^70-user.yaml sets/, /^user data has/],
    ],
    ['an empty expression is none', { nodeConfigs: [nodeConfig({ maxPodsExpression: '' })] }, ours, []],
  ];
  for (const [title, changes, expression, warnings] of cases) {
    const plan = planDropIn({ ...request, maxPods: 'Adjust', ...changes });
    t.equal(parse(plan.content).spec.kubelet.maxPodsExpression, expression, title);
    t.equal(plan.warnings.length, warnings.length, title);
    t.match(plan.warnings, warnings, title);
  }
  t.end();
});

t.test('nodeadm’s drop-ins are read in its order, ours left out', async (t) => {
  const root = t.testdir({
    etc: {
      eks: {
        'nodeadm.d': {
          '70-late.JSON': '{}',
          '10-early.yaml': 'kind: NodeConfig',
          '60-multus-bootstrap.yaml': 'ours',
          '.60-multus-bootstrap.yaml.tmp': 'ours, of a killed run',
          '61-later.yml': '',
          'README.md': '',
          '80-broken.yaml': 'spec: [',
        },
      },
    },
  });
  t.strictSame(await readNodeConfigDropIns(root), [
    { name: '10-early.yaml', afterOurs: false, document: { kind: 'NodeConfig' } },
    { name: '61-later.yml', afterOurs: true, document: null },
    { name: '70-late.JSON', afterOurs: true, document: {} },
    { name: '80-broken.yaml', afterOurs: true, document: undefined },
  ]);
  t.same(await readNodeConfigDropIns(t.testdir({})), []);
});

t.test('written whole, and only if it differs', async (t) => {
  const root = t.testdir({ etc: { eks: { 'nodeadm.d': {} } } });
  const folder = join(root, 'etc/eks/nodeadm.d');
  const path = join(folder, '60-multus-bootstrap.yaml');
  const plan = planDropIn(request);
  await writeDropIn(root, 'i-1', plan);
  t.equal(await readFile(path, 'utf8'), plan.content);
  const flags = await readFile(join(root, 'run/multus-bootstrap/kubelet-flags'), 'utf8');
  t.equal(flags, `# Written by multus-bootstrap for instance i-1\n${plan.flags.join(' ')}\n`);
  t.same(await readdir(folder), ['60-multus-bootstrap.yaml']);
  const { ino } = await stat(path);
  await writeDropIn(root, 'i-1', plan);
  t.equal((await stat(path)).ino, ino);
});
