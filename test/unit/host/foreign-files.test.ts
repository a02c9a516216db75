import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { removeForeignFiles } from '../../../agent/host/foreign-files.ts';
import { openGate } from '../../../agent/host/gate.ts';
import { writeIntent } from '../../../agent/host/intents.ts';
import { writeLinkFiles } from '../../../agent/host/link-files.ts';
import { planDropIn, writeDropIn } from '../../../agent/kubelet/drop-in.ts';
import { writeResult } from '../../../agent/report/result.ts';

const network = 'etc/systemd/network';
const cache = 'etc/eks/nodeadm/udev-net-manager';

/** All that a run on an instance writes, for one interface. */
async function writeEverything(root: string, instanceId: string): Promise<void> {
  await writeLinkFiles(root, instanceId, {
    name: 'eth1',
    mac: '02:00:00:00:00:01',
    mtu: 1500,
    eniId: 'eni-1',
  });
  await writeIntent(root, {
    kind: 'create',
    instanceId,
    interface: 'eth1',
    subnetId: 'subnet-1',
    securityGroups: [],
    description: '',
    tags: {},
    nonce: 'n',
  });
  await writeIntent(root, {
    kind: 'claim',
    instanceId,
    interface: 'eth2',
    eniId: 'eni-2',
    mac: '02:00:00:00:00:02',
  });
  const plan = planDropIn({
    instanceId,
    labels: { a: 'b' },
    taint: false,
    maxPods: 'Keep',
    multusEnis: 1,
    cardEnis: 3,
    nodeConfigs: [],
  });
  await writeDropIn(root, instanceId, plan);
  await writeResult(root, {
    instanceId,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:03.000Z',
    ms: 3000,
    exitCode: 0,
    message: 'ready',
    warnings: [],
    ec2Calls: {},
    interfaces: [],
    labels: {},
    gate: 'open',
  });
  await openGate(root, instanceId);
}

async function write(root: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

const everything = [
  'etc/eks/nodeadm.d/60-multus-bootstrap.yaml',
  `${cache}/i-1/eth1`,
  `${network}/10-multus-bootstrap-eth1.link`,
  `${network}/10-multus-bootstrap-eth1.network`,
  'run/multus-bootstrap/go',
  'run/multus-bootstrap/kubelet-flags',
  'run/multus-bootstrap/result.json',
  'var/lib/multus-bootstrap/eth1.json',
  'var/lib/multus-bootstrap/eth2.json',
];

t.test('nothing there, nothing removed', async (t) => {
  t.same(await removeForeignFiles(t.testdir({}), 'i-1'), []);
});

t.test('the instance’s own files stay', async (t) => {
  const root = t.testdir({});
  await writeEverything(root, 'i-1');
  t.same(await removeForeignFiles(root, 'i-1'), []);
  for (const path of everything) {
    await t.resolves(access(join(root, path)), path);
  }
});

t.test('those of the instance that the image was made from go, others’ files stay', async (t) => {
  const root = t.testdir({});
  await writeEverything(root, 'i-1');
  const others = [`${network}/80-ec2.network`, `${cache}/i-1/ens5`, `${cache}/i-2/eth1`];
  for (const path of others) {
    await write(root, path, 'theirs');
  }
  const removed = (await removeForeignFiles(root, 'i-2')).map((path) => relative(root, path));
  t.same(removed.sort(), everything);
  for (const path of everything) {
    await t.rejects(access(join(root, path)), { code: 'ENOENT' }, path);
  }
  for (const path of others) {
    await t.resolves(access(join(root, path)), path);
  }
});

t.test('a file that does not tell its instance counts as another’s', async (t) => {
  const root = t.testdir({});
  const untold = [
    `${network}/10-multus-bootstrap-eth1.link`,
    'run/multus-bootstrap/go',
    'run/multus-bootstrap/kubelet-flags',
    'var/lib/multus-bootstrap/eth2.json',
  ];
  for (const path of untold) {
    await write(root, path, '{"sch');
  }
  const removed = (await removeForeignFiles(root, 'i-1')).map((path) => relative(root, path));
  t.same(removed.sort(), untold);
});
