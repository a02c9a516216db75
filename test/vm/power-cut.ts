/** Power cuts in the middle of a run, and what there is after the next boot. */
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { endState } from '../netns/end-state.ts';
import { callName, type Moment } from '../netns/kill.ts';
import { group, subnets } from '../netns/simulated-node.ts';
import { until, within } from './bounds.ts';
import { kubeletStart } from './kubelet-start.ts';
import { multusLinks, readyLink } from './multus-links.ts';
import type { Vm } from './vm.ts';
import { enterVmNamespace, makeVmNode, type VmNode } from './vm-node.ts';

/**
 * When the power is cut.
 *
 * QEMU is killed: what the VM has not yet handed to its disk is lost with its memory, and what it has is kept by the host,
 * flushed or not. A real disk may lose the latter too.
 */
export type Cut =
  /** EC2 is asked for something, named as by `callName` or so begun, and has not done it yet; or it has, and has not answered. */
  | { at: Moment; call: string }
  /** An ENI of ours has its device. */
  | { at: 'device'; nth: number }
  /** The journal says this. */
  | { at: 'journal'; says: string }
  /** A file is there. */
  | { at: 'file'; path: string };

/** Boots, cuts the power at each of the moments, and boots again; compares with a machine whose power stayed. */
export async function testCuts(url: string, cuts: readonly Cut[]): Promise<void> {
  await enterVmNamespace(url);
  let expected: object = {};
  await t.test('undisturbed', async (t) => {
    const node = await makeNode(t);
    await node.vm.start();
    expected = await whatThereIs(node);
    t.match(expected, whole);
  });
  for (const cut of cuts) {
    await t.test(titleOf(cut), async (t) => {
      const node = await makeNode(t);
      await bootUntilCut(node, cut);
      await node.vm.start();
      t.strictSame(await whatThereIs(node), expected, 'all is as if undisturbed');
      const unattached = node.simulator.world.enis.filter(({ attachment }) => attachment === undefined);
      t.same(unattached, neighbours(node), 'no ENI is left over');
    });
  }
}

function titleOf(cut: Cut): string {
  switch (cut.at) {
    case 'beforeCall':
      return `before EC2 does ${cut.call}`;
    case 'afterCall':
      return `after ${cut.call}, before the answer`;
    case 'device':
      return `at device ${cut.nth}`;
    case 'journal':
      return `after "${cut.says}"`;
    case 'file':
      return `after ${cut.path} is there`;
  }
}

/** Two interfaces, every kind of write, first free addresses that are not the first. */
function makeNode(t: Test): Promise<VmNode> {
  return makeVmNode(t, {
    userData: {
      interfaces: [
        { name: 'eth1', subnets: [subnets.a], securityGroups: [group], tags: { team: 'core' } },
        { name: 'eth2', subnets: [subnets.b], securityGroups: [group], sourceDestCheck: false },
      ],
      kubelet: { labels: { 'eth1-address': '${eth1.address}' } },
    },
    world(world) {
      world.addEni({ subnetId: subnets.a, address: '10.0.4.4' });
      world.addEni({ subnetId: subnets.b, address: '10.0.5.5' });
    },
  });
}

function neighbours({ simulator, node }: VmNode) {
  return simulator.world.enis.filter(
    ({ tags, attachment }) =>
      !('multus-bootstrap.io/instance-id' in tags) && attachment?.instanceId !== node.instanceId,
  );
}

async function bootUntilCut(node: VmNode, cut: Cut): Promise<void> {
  const { hooks, simulator, vm } = node;
  const { promise: isCut, resolve } = Promise.withResolvers<void>();
  const cutNow = () => vm.powerCut().then(resolve);
  if (cut.at === 'beforeCall' || cut.at === 'afterCall') {
    hooks[cut.at] = async (call) => {
      if (callName(node, call).startsWith(cut.call)) {
        delete hooks[cut.at];
        await cutNow();
        if (cut.at === 'beforeCall') {
          simulator.faults.add({ kind: 'reset', match: (params) => params === call.params });
        }
      }
    };
  } else if (cut.at === 'device') {
    const { attached } = hooks;
    let left = cut.nth;
    hooks.attached = async (...args) => {
      await attached?.(...args);
      left -= 1;
      if (left === 0) {
        await cutNow();
      }
    };
  }
  await vm.start();
  if (cut.at === 'journal') {
    const said = async () => ((await vm.journalLog()).includes(cut.says) ? true : undefined);
    await until(`"${cut.says}" in the journal`, said, boundMs);
    await cutNow();
  } else if (cut.at === 'file') {
    await vm.exec(['sh', '-c', `until [ -e '${cut.path}' ]; do sleep 0.05; done`], { boundMs });
    await cutNow();
  }
  await within(isCut, boundMs, 'the moment at which to cut the power');
}

const boundMs = 600_000;

/** What every undisturbed machine has: the comparison would not notice if all were equally wrong. */
const whole = {
  enisInAll: 5,
  enis: [
    { interface: 'ENI of eth1', addresses: ['10.0.4.5'], deleteOnTermination: true },
    { interface: 'ENI of eth2', addresses: ['10.0.5.4'], deleteOnTermination: true, sourceDestCheck: false },
  ],
  files: { 'run/multus-bootstrap/result.json': { exitCode: 0, gate: 'open' } },
  labels: { 'eth1-address': '10.0.4.5', 'multus-bootstrap.io/ready': 'true' },
  taints: null,
  devices: [readyLink('eth1'), readyLink('eth2')],
  setup: ['ens5 configured', 'eth1 unmanaged', 'eth2 unmanaged'],
};

/** What this boot has come to, in EC2, on the disk and in the kernel, once kubelet runs. */
async function whatThereIs(node: VmNode): Promise<object> {
  const { vm, root } = node;
  // It waits for the agent, and the agent for all of its calls.
  const { labels, taints, links } = await kubeletStart(vm);
  await copyFiles(vm, root);
  const devices = multusLinks(node, links);
  return { ...(await endState(node)), devices, labels, taints, setup: await setup(vm) };
}

/** Where the agent writes. */
const folders = [
  'etc/systemd/network',
  'etc/eks/nodeadm.d',
  'etc/eks/nodeadm/udev-net-manager',
  'var/lib/multus-bootstrap',
  'run/multus-bootstrap',
];

/** nodeadm's entry for the primary ENI: it does not flush it, and one cut off early stays empty. It is not the agent's. */
const nodeadmsOwn = 'etc/eks/nodeadm/udev-net-manager/*/ens5';

/** To where the state of a node is looked for. */
async function copyFiles(vm: Vm, root: string): Promise<void> {
  const packed = await vm.output([
    'sh',
    '-c',
    `tar -C / --exclude='${nodeadmsOwn}' -c ${folders.join(' ')} | base64 -w0`,
  ]);
  await execa('tar', ['-C', root, '-x'], { input: Buffer.from(packed, 'base64') });
}

/** Which links networkd takes for its own. */
async function setup(vm: Vm): Promise<string[]> {
  const lines = (await vm.output(['networkctl', 'list', '--no-legend'])).trimEnd().split('\n');
  const columns = lines.map((line) => line.trim().split(/\s+/));
  return columns
    .map(([, name, , , state]) => `${name} ${state}`)
    .filter((each) => !each.startsWith('lo '))
    .toSorted();
}
