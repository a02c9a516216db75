/** What a failed run means for kubelet, on a whole boot: one case of each kind from the table in test/nspawn. */
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { group, type NodeOptions, subnets } from '../netns/simulated-node.ts';
import { always } from '../netns/trouble.ts';
import { kubeletStart } from './kubelet-start.ts';
import { enterVmNamespace, makeVmNode, type VmNode } from './vm-node.ts';
import { untilInVm } from './wait-in.ts';

await enterVmNamespace(import.meta.url);

/** nodeadm reads the agent's drop-in, so a script that calls it waits until the agent has ended. */
const script = [
  '#!/bin/sh',
  'until systemctl show --property=ActiveState multus-bootstrap | grep -qE "=(active|failed)"; do sleep 0.2; done',
  'nodeadm init --config-source imds://user-data --config-source file:///etc/eks/nodeadm.d/',
].join('\n');

t.test(
  'Block, and a permission is missing: held until someone mends it and calls the two commands',
  async (t) => {
    const node = await bootedNode(t, userData({ failurePolicy: 'Block' }), ({ simulator }) =>
      simulator.permissions.deny('CreateNetworkInterface'),
    );
    const { vm } = node;
    await isHeld(t, node, 'is not authorized to perform: ec2:CreateNetworkInterface', 4);
    t.notMatch(await timer(node), 'left', 'time heals no permission');

    node.simulator.permissions.allow('CreateNetworkInterface');
    await vm.output(['sh', '-c', 'systemctl restart multus-bootstrap && systemctl start nodeadm-run']);
    const { labels, taints } = await kubeletStart(node.vm);
    t.match(labels, { 'multus-bootstrap.io/ready': 'true' });
    t.equal(taints, null);
    t.equal(node.enis().length, 1);
  },
);

t.test(
  'Block, and EC2 throttles past the deadline: its own timer tries again, and nodeadm-run comes by itself',
  async (t) => {
    let isThrottling = true;
    const error = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
    const node = await bootedNode(t, userData({ failurePolicy: 'Block', timeout: '60s' }), ({ simulator }) =>
      simulator.faults.add({
        action: 'CreateNetworkInterface',
        times: always,
        match: () => isThrottling,
        kind: { error },
      }),
    );
    await isHeld(t, node, 'Request limit exceeded', 7);
    t.match(await timer(node), /left .*multus-bootstrap\.service/, 'a timer waits');

    isThrottling = false;
    const { labels, taints } = await kubeletStart(node.vm);
    t.match(labels, { 'multus-bootstrap.io/ready': 'true' });
    t.equal(taints, null);
    t.equal(node.enis().length, 1);
    t.notMatch(await timer(node), 'left', 'no further start is planned');
  },
);

t.test(
  'Taint, and the subnet is full: nodeadm init in the user data starts kubelet with all taints',
  async (t) => {
    const failurePolicy = 'Taint';
    const node = await bootedNode(
      t,
      userData(
        { failurePolicy, within: ['10.0.4.4/32'] },
        '--register-with-taints=dedicated=core:NoSchedule',
        script,
      ),
      ({ simulator }) => simulator.world.addEni({ subnetId: subnets.a, address: '10.0.4.4' }),
    );
    const { labels, taints } = await kubeletStart(node.vm);
    t.strictSame(labels, { pool: 'core' });
    t.same(taints?.map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).toSorted(), [
      'dedicated=core:NoSchedule',
      'multus-bootstrap.io/not-ready=:NoSchedule',
    ]);
    // nodeadm-run, which comes after, starts the failed unit once more: it gives way.
    await untilInVm(node.vm, 'systemctl is-failed multus-bootstrap');
    const status = (await node.vm.exec(['systemctl', 'status', '--full', '--no-pager', 'multus-bootstrap']))
      .stdout;
    t.match(status, 'status=5');
  },
);

interface Spec {
  failurePolicy: string;
  timeout?: string;
  within?: string[];
}

function userData({ within, ...spec }: Spec, taints?: string, shellScript?: string): string {
  const nodeConfig = {
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    spec: {
      cluster: {
        name: 'demo',
        apiServerEndpoint: 'https://example.com',
        certificateAuthority: 'Y2E=',
        cidr: '10.100.0.0/16',
      },
      kubelet: { flags: ['--node-labels=pool=core', ...(taints === undefined ? [] : [taints])] },
    },
  };
  const ours = {
    apiVersion: 'multus-bootstrap.io/v1alpha1',
    kind: 'MultusNodeConfig',
    spec: {
      ...spec,
      interfaces: [
        {
          name: 'eth1',
          subnets: [subnets.a],
          securityGroups: [group],
          ...(within && { ipv4: { within } }),
        },
      ],
    },
  };
  const parts: Record<string, string> = {
    'application/node.eks.aws': stringify(nodeConfig),
    'application/multus-bootstrap.io': stringify(ours),
    ...(shellScript === undefined ? {} : { 'text/x-shellscript': shellScript }),
  };
  const texts = Object.entries(parts).map(([type, text]) => `--BOUNDARY\nContent-Type: ${type}\n\n${text}\n`);
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="BOUNDARY"\n\n${texts.join('')}--BOUNDARY--\n`;
}

/** A node whose power is on. */
async function bootedNode(
  t: Test,
  userData: NodeOptions['userData'],
  arrange: (node: VmNode) => void,
): Promise<VmNode> {
  const node = await makeVmNode(t, { userData });
  arrange(node);
  await node.vm.start();
  return node;
}

/** nodeadm-run was turned away at the gate, and whoever looks finds out why. */
async function isHeld(t: Test, { vm }: VmNode, why: string, exitCode: number): Promise<void> {
  await untilInVm(vm, 'systemctl show --property=AssertTimestampMonotonic nodeadm-run | grep -q "=[1-9]"');
  const { stdout: gated } = await vm.exec(['systemctl', 'status', '--no-pager', 'nodeadm-run']);
  t.match(gated, 'AssertPathExists=/run/multus-bootstrap/go was not met');
  const { stdout: agent } = await vm.exec([
    'systemctl',
    'status',
    '--no-pager',
    '--full',
    'multus-bootstrap',
  ]);
  t.match(agent, `status=${exitCode}`);
  t.not(
    (await vm.exec(['test', '-e', '/var/log/kubelet-starts.jsonl'])).exitCode,
    0,
    'kubelet has never started',
  );
  const places = {
    journal: await vm.output(['journalctl', '--unit=multus-bootstrap', '--output=cat']),
    console: await vm.consoleLog(),
  };
  for (const [place, text] of Object.entries(places)) {
    for (const told of [why, `kubelet is held back (exit code ${exitCode})`]) {
      t.ok(text.includes(told), `the ${place} says: ${told}`, { tail: text.slice(-3000) });
    }
  }
}

function timer({ vm }: VmNode): Promise<string> {
  return vm.output(['systemctl', 'list-timers', '--no-legend', '--no-pager', 'multus-bootstrap.timer']);
}
