import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { Call } from '../simulator/api/record.ts';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import {
  type Hooks,
  type SimulatedNode,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../simulator/simulator.ts';
import { plug, unplug, unplugAll } from './devices.ts';

export const subnets = {
  primary: 'subnet-00000000',
  /** In the node's zone. */
  a: 'subnet-0000000a',
  b: 'subnet-0000000b',
  /** In another zone. */
  elsewhere: 'subnet-0000000e',
  /** Dual-stack: 10.0.8.0/24 and 2600:1f18:1:8::/64. */
  dual: 'subnet-00000008',
  /** The same with 10.0.9.0/24 and 2600:1f18:1:9::/64, and EC2 gives each new ENI an IPv6 address unasked. */
  assigning: 'subnet-00000009',
  /** 2600:1f18:1:a::/64 alone. */
  ipv6Only: 'subnet-0000006a',
} as const;
export const group = 'sg-00000001';

/** The shortest useful configuration: two interfaces, one in each subnet. */
export const twoInterfaces = {
  interfaces: [
    { name: 'eth1', subnets: [subnets.a, subnets.elsewhere], securityGroups: [group] },
    { name: 'eth2', subnets: [subnets.b], securityGroups: [group] },
  ],
};

export interface NodeOptions {
  /** The spec of our document; a string is the user data as it stands; undefined: none. */
  userData?: object | string | Uint8Array | undefined;
  simulator?: SimulatorOptions;
  /** Adds to the world before the instance is launched. */
  world?: (world: World) => void;
  type?: string;
  /** That of the primary ENI, where it is not `subnets.primary`. */
  primarySubnet?: string;
  state?: 'pending' | 'running';
  profile?: { roleName: string } | null;
  /** Where its IMDS listens: by default at any free port of 127.0.0.1. */
  imds?: { host: string; port: number };
  /** Names the device of an attached ENI as the kernel would: by default ens6, ens7… by device index. */
  deviceName?: (eni: Eni) => string | undefined;
  /** An image without nodeadm. */
  noNodeadm?: boolean;
}

export interface Outcome {
  exitCode: number | undefined;
  /** The signal that killed it. */
  signal: string | undefined;
  stdout: string;
  /** The journal. */
  journal: string;
}

/** A simulated EC2 with one node, whose links are real ones of this namespace. */
export interface TestNode {
  simulator: Simulator;
  node: SimulatedNode;
  root: string;
  hooks: Hooks;
  run(args: readonly string[], env?: Record<string, string>): Promise<Outcome>;
  /** Starts the program without waiting for its end. */
  start(args: readonly string[], env?: Record<string, string>): ReturnType<typeof startProgram>;
  /** The ENIs that bear our tag for this instance, by interface name. */
  enis(): Eni[];
  close(): Promise<void>;
}

/** Our document in a MIME part, as users send it. */
export function userData(spec: object): string {
  const document = stringify({ apiVersion: 'multus-bootstrap.io/v1alpha1', kind: 'MultusNodeConfig', spec });
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="BOUNDARY"',
    '',
    '--BOUNDARY',
    'Content-Type: application/node.eks.aws',
    '',
    'apiVersion: node.eks.aws/v1alpha1',
    'kind: NodeConfig',
    'spec: {cluster: {name: demo, apiServerEndpoint: https://example.com, certificateAuthority: Y2E=, cidr: 10.100.0.0/16}}',
    '--BOUNDARY',
    'Content-Type: application/multus-bootstrap.io',
    '',
    document,
    '--BOUNDARY--',
    '',
  ].join('\n');
}

export async function startNode(options: NodeOptions = {}): Promise<TestNode> {
  const hooks: Hooks = {
    attached: async (eni) => {
      const index = eni.attachment?.deviceIndex ?? 0;
      const name = options.deviceName === undefined ? `ens${5 + index}` : options.deviceName(eni);
      if (name !== undefined) {
        await plug(name, eni.mac);
      }
    },
    detached: (eni) => unplug(eni.mac),
  };
  const simulator = await startSimulator({ region: 'eu-west-1', ...options.simulator, hooks });
  const { world } = simulator;
  addNetwork(world);
  world.addSecurityGroup({ id: group, vpcId: 'vpc-00000001' });
  options.world?.(world);
  const spec = 'userData' in options ? options.userData : twoInterfaces;
  const bytes = typeof spec === 'object' && !(spec instanceof Uint8Array) ? userData(spec) : spec;
  const node = await simulator.launch({
    type: options.type ?? 'm5.xlarge',
    subnetId: options.primarySubnet ?? subnets.primary,
    ...(bytes === undefined ? {} : { userData: bytes }),
    ...(options.state === undefined ? {} : { state: options.state }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.imds === undefined ? {} : { imds: options.imds }),
  });
  await plug('ens5', node.primaryEni.mac);
  await execa('ip', ['link', 'set', 'ens5', 'up']);
  const root = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  if (options.noNodeadm !== true) {
    await mkdir(join(root, 'etc/eks/nodeadm.d'), { recursive: true });
  }

  const start: TestNode['start'] = (args, env) =>
    startProgram(['--root', root, ...args], { ...simulator.environment(node), ...env });
  return {
    simulator,
    node,
    root,
    hooks,
    start,
    async run(args, env) {
      const { exitCode, signal, stdout, stderr } = await start(args, env);
      return { exitCode, signal, stdout: String(stdout), journal: String(stderr) };
    },
    enis: () =>
      world.enis
        .filter((eni) => eni.tags['multus-bootstrap.io/instance-id'] === node.instanceId)
        .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
    async close() {
      await simulator.close();
      await unplugAll();
      await rm(root, { recursive: true });
    },
  };
}

function addNetwork(world: World): void {
  const vpcId = 'vpc-00000001';
  const zone = 'eu-west-1a';
  world.addVpc({ id: vpcId, cidr: '10.0.0.0/16', ipv6Cidr: '2600:1f18:1::/56' });
  world.addSubnet({ id: subnets.primary, vpcId, cidr: '10.0.0.0/24', zone });
  world.addSubnet({ id: subnets.a, vpcId, cidr: '10.0.4.0/24', zone });
  world.addSubnet({ id: subnets.b, vpcId, cidr: '10.0.5.0/24', zone });
  world.addSubnet({ id: subnets.elsewhere, vpcId, cidr: '10.0.6.0/24', zone: 'eu-west-1b' });
  world.addSubnet({
    id: subnets.dual,
    vpcId,
    cidr: '10.0.8.0/24',
    ipv6Cidrs: ['2600:1f18:1:8::/64'],
    zone,
  });
  world.addSubnet({
    id: subnets.assigning,
    vpcId,
    cidr: '10.0.9.0/24',
    ipv6Cidrs: ['2600:1f18:1:9::/64'],
    assignIpv6OnCreation: true,
    zone,
  });
  world.addSubnet({ id: subnets.ipv6Only, vpcId, ipv6Cidrs: ['2600:1f18:1:a::/64'], zone });
}

const program = new URL('../../agent/main.ts', import.meta.url).pathname;

function startProgram(args: readonly string[], env: Record<string, string>) {
  return execa(process.execPath, [program, ...args], { env, reject: false, stdin: 'ignore' });
}

function nameOf(eni: Eni): string {
  return eni.tags['multus-bootstrap.io/interface'] ?? '';
}

/** A call as tests compare it. */
export function describeCall({ action, params, answer }: Call): string {
  return `${action} ${JSON.stringify(params)} → ${answer?.code ?? answer?.status ?? 'no answer'}`;
}
