import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { imageBinaries } from './tree.ts';

const binaries = await imageBinaries();

const file = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' };
const taintOfFile = { key: 'file', value: 'x', effect: 'NoSchedule' };
const taintOfFolder = { key: 'folder', effect: 'NoExecute' };
const configured = ['--config=/config.json', '--config-dir=/config.json.d'];
const config = {
  '/config.json': { ...file, maxPods: 58, registerWithTaints: [taintOfFile, taintOfFolder] },
  '/config.json.d/40-nodeadm.conf': { ...file, registerWithTaints: [taintOfFolder] },
  '/config.json.d/50-not-read.json': 'neither read nor JSON',
};

interface Registers {
  labels?: Record<string, string>;
  taints?: { key: string; value?: string; effect: string }[] | null;
  maxPods?: number;
}

const accepted: [string, string[], Registers, Record<string, unknown>?][] = [
  ['nothing', [], { labels: {}, taints: null, maxPods: 110 }],
  [
    'repeated labels merge, the later wins',
    ['--node-labels=a=1,b=2', '--node-labels', 'b=3,c=4'],
    { labels: { a: '1', b: '3', c: '4' } },
  ],
  ['a label without a value', ['--node-labels=a,b='], { labels: { a: '', b: '' } }],
  [
    'repeated taints replace',
    ['--register-with-taints=a=b:NoSchedule,c:NoExecute', '--register-with-taints=d:PreferNoSchedule'],
    { taints: [{ key: 'd', effect: 'PreferNoSchedule' }] },
  ],
  ['drop-ins replace lists of the file', configured, { taints: [taintOfFolder], maxPods: 58 }, config],
  [
    'flags go before the configuration',
    ['--register-with-taints=a=b:NoSchedule', '--max-pods=9', ...configured],
    { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }], maxPods: 9 },
    config,
  ],
  [
    'labels that kubelet may set on its node',
    [
      '--node-labels=kubernetes.io/arch=amd64,node.kubernetes.io/x=1,a.kubelet.kubernetes.io/y=2,example.com/z=3',
    ],
    { labels: { 'node.kubernetes.io/x': '1', 'a.kubelet.kubernetes.io/y': '2', 'example.com/z': '3' } },
  ],
  ['an address as a value', ['--node-labels=a=10.0.4.5'], { labels: { a: '10.0.4.5' } }],
];

for (const [title, args, expected, files] of accepted) {
  t.test(title, async (t) => {
    const { stdout, start } = await startKubelet(t, args, files);
    t.match(stdout, 'registered');
    t.match(start, { args, ...expected });
  });
}

const refused: [string, string[], string][] = [
  [
    'a label of Kubernetes’ own',
    ['--node-labels=kubernetes.io/role=x'],
    "unknown 'kubernetes.io' or 'k8s.io' labels",
  ],
  ['the same below k8s.io', ['--node-labels=a.k8s.io/role=x'], "unknown 'kubernetes.io' or 'k8s.io' labels"],
  ['a CIDR as a value', ['--node-labels=a=10.0.4.0/24'], 'invalid value "10.0.4.0/24" of label a'],
  ['an IPv6 address as a value', ['--node-labels=a=2600::1'], 'invalid value "2600::1"'],
  ['a value of 64 characters', [`--node-labels=a=${'x'.repeat(64)}`], 'must be no more than 63 '],
  ['a key with an empty prefix', ['--node-labels=/a=b'], 'invalid label key "/a"'],
  ['a taint without effect', ['--register-with-taints=a=b'], 'invalid taint spec: a=b'],
  ['an effect that there is not', ['--register-with-taints=a=b:Never'], 'invalid taint effect: Never'],
  ['a taint twice', ['--register-with-taints=a=b:NoSchedule,a=c:NoSchedule'], 'there twice'],
  ['an unknown flag', ['--no-such-flag=1'], 'unknown flag: --no-such-flag'],
  ['a word that is no flag', ['a=b'], 'unknown command a=b'],
  ['a configuration that is not there', ['--config=/none.json'], 'open /none.json'],
];

for (const [title, args, message] of refused) {
  t.test(`${title} is refused`, async (t) => {
    const { exitCode, stderr, start } = await startKubelet(t, args);
    t.equal(exitCode, 1);
    t.match(stderr, message);
    t.equal(start, undefined, 'it did not start');
  });
}

t.test('--version', async (t) => {
  const files = { '/etc/eks/kubelet-version.txt': 'Kubernetes v1.34.2\n' };
  t.match(await startKubelet(t, ['--version'], files), { exitCode: 0, stdout: 'Kubernetes v1.34.2' });
});

/** Starts it on a file tree of its own, and stops it once it has registered. */
async function startKubelet(t: Test, args: string[], files: Record<string, unknown> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'kubelet-'));
  t.teardown(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'var/log'), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  await execa('cp', [join(binaries, 'kubelet'), root]);
  const kubelet = execa('chroot', [root, '/kubelet', ...args], { reject: false, timeout: 30_000 });
  kubelet.stdout.on('data', (text) => {
    if (String(text).includes('registered')) {
      kubelet.kill();
    }
  });
  const { exitCode, stdout, stderr } = await kubelet;
  const lines = await readFile(join(root, 'var/log/kubelet-starts.jsonl'), 'utf8').catch(() => undefined);
  return { exitCode, stdout, stderr, start: lines === undefined ? undefined : JSON.parse(lines) };
}
