import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { group, type NodeOptions, startNode, subnets, type TestNode } from '../../netns/simulated-node.ts';
import { monotonicNow } from '../measured.ts';
import { actionLatencies, latencies } from './latencies.ts';
import { linkFileFor } from './link-file.ts';

/** A simulated node with EC2's latencies, whose devices appear without delay of ours. */
export interface BenchNode extends TestNode {
  /** When each device was there, on `monotonicNow`'s clock. */
  devicesAt: readonly number[];
}

/** Where the gate is, below the root. */
export const gateFolder = 'run/multus-bootstrap';

/** Two ENIs, one subnet each, all else by default. */
const interfaces = [
  { name: 'eth1', subnets: [subnets.a], securityGroups: [group] },
  { name: 'eth2', subnets: [subnets.b], securityGroups: [group] },
];

export async function startBenchNode(options: NodeOptions = {}): Promise<BenchNode> {
  const node = await startNode({
    userData: { interfaces },
    ...options,
    simulator: { ...options.simulator, latencies: actionLatencies, deviceMs: latencies.device },
  });
  node.node.imds.latencyMs = latencies.imds;
  await mkdir(join(node.root, gateFolder), { recursive: true });
  // It waits for its orders: an `ip` of its own for each device would make them late by some 20 ms.
  const ip = execa('ip', ['-batch', '-'], { stdout: 'ignore' });
  const devicesAt: number[] = [];
  node.hooks.attached = async ({ mac, attachment }) => {
    const { name, mtu } = (await linkFileFor(node.root, mac)) ?? {
      name: `ens${5 + (attachment?.deviceIndex ?? 0)}`,
      mtu: '1500',
    };
    const peer = `far${mac.replaceAll(':', '').slice(-10)}`;
    ip.stdin.write(
      `link add ${name} address ${mac} mtu ${mtu} type veth peer name ${peer}\nlink set ${peer} up\n`,
    );
    devicesAt.push(monotonicNow());
  };
  return {
    ...node,
    devicesAt,
    async close() {
      ip.stdin.end();
      await ip.finally(() => node.close());
    },
  };
}
