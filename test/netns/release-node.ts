import { access, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Eni } from '../simulator/model/records.ts';
import type { World } from '../simulator/model/world.ts';
import { group, type NodeOptions, subnets, type TestNode } from './simulated-node.ts';
import { nodeFor, traces } from './trouble.ts';

export const noManage = { 'node.k8s.amazonaws.com/no_manage': 'true' };
/** Of the ENI that was made for the nodes' eth2. */
export const premadeTags = { multus: 'true', team: 'core' };

/** An interface of each kind, and tags for the instance. */
export const bothKinds = {
  timeout: '20s',
  cluster: 'demo',
  interfaces: [
    { name: 'eth1', subnets: [subnets.a], securityGroups: [group], tags: { team: 'core' } },
    { name: 'eth2', existing: { tags: { multus: 'true' }, wait: '0s' } },
  ],
  instanceTags: { multus: 'attached' },
  kubelet: { labels: { cnf: 'core' } },
};

export interface ReleaseNode {
  node: TestNode;
  /** As it was before anything ran. */
  before: object;
  premade: () => Eni | undefined;
}

/** A node with an interface to create and one to claim, on which nothing has run yet. */
export async function releaseNode(
  t: Test,
  options: NodeOptions = {},
  tags: Record<string, string> = { ...premadeTags, ...noManage },
): Promise<ReleaseNode> {
  let id = '';
  const node = await nodeFor(t, {
    userData: bothKinds,
    ...options,
    world(world: World) {
      world.addEni({ subnetId: subnets.a, address: '10.0.4.4' });
      id = world.addEni({ subnetId: subnets.b, address: '10.0.5.9', tags }).id;
      options.world?.(world);
    },
  });
  const premade = () => node.simulator.world.enis.find((eni) => eni.id === id);
  return { node, before: await traces(node), premade };
}

/** Runs the agent, whose interfaces are then whole. */
export async function booted(t: Test, node: TestNode): Promise<void> {
  const { exitCode, journal } = await node.run(['run']);
  t.equal(exitCode, 0, journal);
}

export async function isAbsent(t: Test, node: TestNode, path: string): Promise<void> {
  await t.rejects(access(join(node.root, path)), { code: 'ENOENT' }, `no ${path}`);
}

export function instanceTags({ simulator, node }: TestNode) {
  return simulator.world.instance(node.instanceId).tags;
}

/** As if the last run had been longer ago: by default long enough for EC2's listings to show all that it did. */
export async function letLagPass({ root }: TestNode, seconds = 60): Promise<void> {
  const folder = join(root, 'var/lib/multus-bootstrap');
  const then = Date.now() / 1_000 - seconds;
  for (const name of await readdir(folder)) {
    await utimes(join(folder, name), then, then);
  }
}
