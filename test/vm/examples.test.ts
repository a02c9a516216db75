/** Every example of userdata/, served by IMDS, goes through nodeadm itself until kubelet starts. A container is enough for that. */
import t, { type Test } from 'tap';
import { imageTree } from '../image/tree.ts';
import { startNode } from '../netns/simulated-node.ts';
import { enterBench } from '../nspawn/enter.ts';
import { bootMachine } from '../nspawn/machine.ts';
import { waitFor } from '../nspawn/wait.ts';
import { examples } from '../userdata/examples.ts';

await enterBench(import.meta.url);

/** At boot there is no IMDS yet. */
const notAtBoot = '[Unit]\nConditionPathExists=/never\n';
const machine = await bootMachine([await imageTree()], {
  '/etc/systemd/system/nodeadm-config.service.d/50-by-hand.conf': notAtBoot,
  '/etc/systemd/system/nodeadm-run.service.d/50-by-hand.conf': notAtBoot,
  '/etc/systemd/system/nodeadm-boot-hook.service.d/50-by-hand.conf': notAtBoot,
  '/etc/systemd/system/cloud-final.service.d/50-by-hand.conf': notAtBoot,
});
t.teardown(() => machine.stop());

interface Registration {
  labels: Record<string, string> | null;
  taints: { key: string; value?: string; effect: string }[] | null;
}

const dedicated = { key: 'dedicated', value: 'signalling', effect: 'NoSchedule' };
const plain: Registration = { labels: {}, taints: null };

/** What their NodeConfigs say; ours is for the agent to add. */
const registrations: Record<string, Registration> = {
  'nodeadm, shortest': plain,
  'nodeadm, full': { labels: { pool: 'signalling' }, taints: [dedicated] },
  'self-managed group by CloudFormation': plain,
  'self-managed group by CloudFormation, least parameters': plain,
  'managed group by CloudFormation': plain,
  Terraform: plain,
  Karpenter: {
    labels: { 'karpenter.sh/capacity-type': 'on-demand', 'karpenter.sh/nodepool': 'multus' },
    taints: [dedicated, { key: 'karpenter.sh/unregistered', effect: 'NoExecute' }],
  },
  eksctl: {
    labels: {
      'alpha.eksctl.io/cluster-name': 'my-cluster',
      'alpha.eksctl.io/nodegroup-name': 'multus-baked',
      pool: 'signalling',
    },
    taints: [dedicated],
  },
};

t.strictSame(
  examples.map(({ name }) => name),
  Object.keys(registrations),
);

for (const { name, userData } of examples) {
  t.test(name, async (t) => {
    const { labels, taints } = await startOfKubelet(t, userData);
    t.strictSame({ labels, taints }, registrations[name]);
  });
}

async function startOfKubelet(t: Test, userData: Buffer): Promise<Registration> {
  const { simulator, close } = await startNode({ userData, imds: { host: '169.254.169.254', port: 80 } });
  t.teardown(close);
  await machine.run('systemctl', 'stop', 'kubelet');
  await machine.run('rm', '-rf', '/etc/kubernetes');
  const known = (await kubeletStarts()).length;
  const { exitCode, output } = await machine.run(
    'env',
    `AWS_ENDPOINT_URL_EC2=${simulator.ec2Url}`,
    ...[
      'nodeadm',
      'init',
      '--config-source',
      'imds://user-data',
      '--config-source',
      'file:///etc/eks/nodeadm.d/',
    ],
  );
  t.equal(exitCode, 0, 'nodeadm init succeeds', { output });
  t.notMatch(output, 'MultusNodeConfig', 'nodeadm passes our document over');
  return waitFor('kubelet to start', async () => (await kubeletStarts())[known]);
}

async function kubeletStarts(): Promise<Registration[]> {
  const text = (await machine.read('/var/log/kubelet-starts.jsonl')) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
