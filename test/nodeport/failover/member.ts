import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { NodePortLink } from '../../../agent/nodeport/setup.ts';
import { writeSetup } from '../../../agent/nodeport/setup-file.ts';
import { readState, type WatcherState } from '../../../agent/nodeport/state-file.ts';
import type { Fabric } from '../bench/fabric.ts';
import { inhabit } from '../bench/inhabitants.ts';
import { installKubeProxy } from '../bench/kube-proxy.ts';
import { ip } from '../bench/namespaces.ts';
import { type BenchNode, subnets } from '../bench/node.ts';
import { addPod } from '../bench/pod.ts';
import { configure } from '../bench/world.ts';
import type { Vpc } from './vpc.ts';

export const nodePort = 30_080;

/** How to start the program. */
export type Program = readonly [string, ...string[]];

/** A node that carries the address: its namespace, its instance, its pod and its watcher. */
export interface Member {
  node: BenchNode;
  instanceId: string;
  eniId: string;
  /** Starts its watcher. */
  watch(): void;
  /** What its watcher has written; undefined before it has. */
  state(): Promise<WatcherState | undefined>;
  /** Its kernel stops: nothing runs, and no link is up. EC2 goes on to call it running. */
  kill(): Promise<void>;
  /** As systemd stops it at a shutdown: the watcher first, to its end, then all else. */
  shutDown(): Promise<void>;
  /** What serves in its pod dies; the pod's address stays, and refuses. */
  killService(): void;
  /** What the watcher has logged. */
  journal(): string;
}

export interface MemberOptions {
  address: string;
  isHolder: boolean;
  /** Whether the watchers probe the service too. */
  probesService: boolean;
  program: Program;
  /** kubelet's kubeconfig is written to the node's root by this. */
  prepare?: ((root: string) => Promise<void>) | undefined;
}

/** Everything but a watcher that runs. */
export async function addMember(
  fabric: Fabric,
  vpc: Vpc,
  node: BenchNode,
  { address, isHolder, probesService, program, prepare }: MemberOptions,
): Promise<Member> {
  const { instance, eniId } = await vpc.launch(node, isHolder);
  const { instanceId } = instance;
  const service = await startService(fabric, node, address);
  const root = await mkdtemp(join(tmpdir(), `multus-bootstrap-${node.name}-`));
  const link: NodePortLink = {
    name: node.eth1.name,
    mac: node.eth1.mac,
    eniId,
    subnetId: vpc.subnetId,
    cidrs: subnets.multus.cidrs,
    isPrimary: false,
    addresses: [{ address, mode: 'Floating', ...(probesService && { probePort: nodePort }) }],
  };
  await prepare?.(root);
  await configure(node, [link]);
  await writeSetup(root, { instanceId, links: [link] });
  let journal = '';
  let watcher: ReturnType<typeof startWatcher> | undefined;
  const kill = async () => {
    vpc.simulator.world.crash(instanceId);
    watcher?.kill('SIGKILL');
    service.stop();
    await ip(undefined, [`link set ${node.eth1.port} down`, `link set ${node.primary.port} down`]);
  };
  return {
    node,
    instanceId,
    eniId,
    watch() {
      watcher = startWatcher(node, program, root, vpc.simulator.environment(instance));
      watcher.all.on('data', (data: Buffer) => {
        journal += data;
      });
    },
    state: () => readState(root, instanceId),
    kill,
    async shutDown() {
      watcher?.kill('SIGTERM');
      await watcher;
      await kill();
    },
    killService: service.stop,
    journal: () => journal,
  };
}

function startWatcher(
  { name }: BenchNode,
  program: Program,
  root: string,
  environment: Record<string, string>,
) {
  const args = ['netns', 'exec', name, ...program, '--root', root, 'nodeport', 'watch'];
  return execa('ip', args, {
    env: { ...environment, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
  });
}

/** A pod behind a NodePort of this node alone, as a DaemonSet with externalTrafficPolicy: Local has it. */
async function startService(fabric: Fabric, node: BenchNode, address: string) {
  const pod = await addPod(fabric, node, 1);
  const service = inhabit(pod.name);
  await service.do({ kind: 'serve', port: 8080, address: '::' });
  await installKubeProxy(
    'nftables',
    node.name,
    [node.address, node.ipv6Address, address],
    [
      {
        protocol: 'tcp',
        nodePort,
        policy: 'Local',
        endpoint: { ...pod, port: 8080, node: node.name },
      },
    ],
  );
  return service;
}
