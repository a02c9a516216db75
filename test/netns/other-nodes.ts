import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { SimulatedNode } from '../simulator/simulator.ts';
import { type Outcome, subnets, type TestNode, userData } from './simulated-node.ts';

/** A further node of the same simulated EC2: a process and a file tree of its own, links in the same namespace. */
export interface OtherNode {
  node: SimulatedNode;
  root: string;
  run(args: readonly string[]): Promise<Outcome>;
}

/** For `startNode`, where several nodes' links are in one namespace: a kernel's name for each that is only its own. */
export function deviceName({ mac }: { mac: string }): string {
  return `d${mac.replaceAll(':', '').slice(-10)}`;
}

/** Launches another node. Its primary ENI has no device, and its interfaces need names that no other node uses. */
export async function otherNode(
  t: Test,
  first: TestNode,
  spec: object,
  subnetId: string = subnets.primary,
): Promise<OtherNode> {
  const { simulator } = first;
  const node = await simulator.launch({
    type: 'm5.xlarge',
    subnetId,
    userData: userData(spec),
  });
  const root = await mkdtemp(join(tmpdir(), 'multus-bootstrap-'));
  t.teardown(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'etc/eks/nodeadm.d'), { recursive: true });
  return {
    node,
    root,
    run: (args) => first.run(['--root', root, ...args], simulator.environment(node)),
  };
}
