/** What the agent's drop-in and the user's own NodeConfigs become, by way of the real nodeadm and systemd, when kubelet starts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { userDropIn } from '../netns/kubelet-side.ts';
import { group, startNode, subnets, type TestNode } from '../netns/simulated-node.ts';
import { enterBench } from '../nspawn/enter.ts';
import { bootMachine } from '../nspawn/machine.ts';
import { waitFor } from '../nspawn/wait.ts';
import { imageTree } from './tree.ts';

await enterBench(import.meta.url);
const tree = await imageTree();

interface Case {
  title: string;
  /** Of the NodeConfig parts in the user data, `spec.kubelet`, in their order. */
  parts: object[];
  /** Of the user's drop-ins, `spec.kubelet`. */
  dropIns?: Record<string, object>;
  /** The agent fails, and lets the node join with its taint. */
  fails?: boolean;
  labels: Record<string, string>;
  taints: string[];
  maxPods: number;
}

const cnf = { cnf: 'abc' };
const ours = { ...cnf, 'multus-bootstrap.io/ready': 'true' };
const ourTaint = 'multus-bootstrap.io/not-ready:NoSchedule';

/** As Karpenter writes its part, which is the first; the quotes are its own. */
const karpenter = {
  config: { maxPods: 29, registerWithTaints: [{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }] },
  flags: ['--node-labels="karpenter.sh/capacity-type=spot,karpenter.sh/nodepool=default"'],
};
const karpenters = { 'karpenter.sh/capacity-type': 'spot', 'karpenter.sh/nodepool': 'default' };

const cases: Case[] = [
  {
    title: 'nothing of the user’s: our labels, and maxPods without the ENI of Multus',
    parts: [{}],
    labels: ours,
    taints: [],
    maxPods: 44,
  },
  {
    title: 'labels merge, and ours come last; taints of the user’s stay as they are',
    parts: [
      { flags: ['--node-labels=cnf=theirs,team=core', '--register-with-taints=a=b:NoSchedule,c:NoExecute'] },
    ],
    labels: { ...ours, team: 'core' },
    taints: ['a=b:NoSchedule', 'c:NoExecute'],
    maxPods: 44,
  },
  {
    title: 'Karpenter’s user data with a part of the user’s',
    parts: [karpenter, { flags: ['--node-labels=team=core'] }],
    labels: { ...ours, ...karpenters, team: 'core' },
    taints: ['karpenter.sh/unregistered:NoExecute'],
    maxPods: 29,
  },
  {
    title: 'our taint beside Karpenter’s',
    parts: [karpenter],
    fails: true,
    labels: { ...cnf, ...karpenters },
    taints: [ourTaint, 'karpenter.sh/unregistered:NoExecute'],
    maxPods: 29,
  },
  {
    title: 'our taint beside Karpenter’s, the user’s flag in quotes, and a drop-in’s',
    parts: [karpenter, { flags: ['--register-with-taints="x=y:NoSchedule"', '--node-labels=team=core'] }],
    dropIns: { '10-taints.yaml': { flags: ['--register-with-taints="a=b:NoSchedule,c:NoExecute"'] } },
    fails: true,
    labels: { ...cnf, ...karpenters, team: 'core' },
    taints: [ourTaint, 'a=b:NoSchedule', 'c:NoExecute', 'karpenter.sh/unregistered:NoExecute'],
    maxPods: 29,
  },
  {
    title: 'our taint beside the flag of the user’s in two words',
    parts: [{ flags: ['--register-with-taints a=b:NoSchedule'] }],
    fails: true,
    labels: cnf,
    taints: [ourTaint, 'a=b:NoSchedule'],
    maxPods: 44,
  },
];

for (const { title, parts, dropIns = {}, fails = false, ...expected } of cases) {
  t.test(title, async (t) => {
    const node = await startNode({
      userData: userData(parts, fails ? ['subnet-0000dead'] : [subnets.a]),
      imds: { host: '169.254.169.254', port: 80 },
    });
    t.teardown(() => node.close());
    for (const [name, kubelet] of Object.entries(dropIns)) {
      await userDropIn(node, name, kubelet);
    }
    const { exitCode, journal } = await node.run(['run']);
    t.equal(exitCode, fails ? 3 : 0, 'the agent', { journal });
    const { labels, taints, maxPods } = await startOfKubelet(t, node);
    t.same(
      { labels, taints: taints.toSorted(), maxPods },
      { ...expected, taints: expected.taints.toSorted() },
    );
  });
}

interface Start {
  labels: Record<string, string>;
  taints: string[];
  maxPods: number;
}

/** What kubelet was started with, once the machine has booted with the node's drop-ins. */
async function startOfKubelet(t: Test, { simulator, node, root }: TestNode): Promise<Start> {
  const machine = await bootMachine([tree], {
    '/etc/test-machine/environment': `AWS_ENDPOINT_URL_EC2=${simulator.ec2Url}\n`,
    '/etc/systemd/network/05-primary.network': `[Match]\nName=ens5\n[Network]\nAddress=${node.primaryEni.addresses[0]}/24\nIPv6AcceptRA=no\n`,
    ...(await filesOf(root, '/etc/eks/nodeadm.d')),
  });
  t.teardown(() => machine.stop());
  const line = await waitFor('kubelet to start', () => machine.read('/var/log/kubelet-starts.jsonl')).catch(
    async (error: Error) => {
      const { output } = await machine.run(
        'journalctl',
        '--output=cat',
        '--unit=nodeadm-*',
        '--unit=kubelet',
      );
      throw new Error(`${error.message}\n${output}\n${machine.console()}`);
    },
  );
  const { labels, taints, maxPods } = JSON.parse(line);
  return { labels, taints: (taints ?? []).map(taintText), maxPods };
}

function taintText({ key, value, effect }: Record<string, string>): string {
  return value === undefined ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

async function filesOf(root: string, folder: string): Promise<Record<string, string>> {
  const names = await readdir(join(root, folder));
  const texts = names.map(async (name) => [
    join(folder, name),
    await readFile(join(root, folder, name), 'utf8'),
  ]);
  return Object.fromEntries(await Promise.all(texts));
}

function userData(parts: object[], subnetIds: string[]): string {
  const cluster = {
    name: 'demo',
    apiServerEndpoint: 'https://example.com',
    certificateAuthority: 'Y2E=',
    cidr: '10.100.0.0/16',
  };
  const nodeConfigs = parts.map((kubelet, n) => ({
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    // The user's parts leave the cluster to the first.
    spec: { ...(n === 0 ? { cluster } : {}), kubelet },
  }));
  const document = {
    apiVersion: 'multus-bootstrap.io/v1alpha1',
    kind: 'MultusNodeConfig',
    spec: {
      failurePolicy: 'Taint',
      interfaces: [{ name: 'eth1', subnets: subnetIds, securityGroups: [group] }],
      kubelet: { labels: { cnf: 'abc' } },
    },
  };
  const texts = [
    ...nodeConfigs.map((nodeConfig) => ['application/node.eks.aws', stringify(nodeConfig)]),
    ['application/multus-bootstrap.io', stringify(document)],
  ].map(([type, text]) => `--BOUNDARY\nContent-Type: ${type}\n\n${text}\n`);
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="BOUNDARY"\n\n${texts.join('')}--BOUNDARY--\n`;
}
